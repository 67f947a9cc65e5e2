// The text that emission writes for the parameter `weight` of a node called `node`.
module node_weight_source #(
  parameter int WEIGHT_TENSOR_SIZE_DIM_0 = 4,
  parameter int WEIGHT_TENSOR_SIZE_DIM_1 = 8,
  parameter int WEIGHT_PRECISION_0       = 8,
  /* verilator lint_off UNUSEDPARAM */
  parameter int WEIGHT_PRECISION_1       = 3,
  /* verilator lint_on UNUSEDPARAM */
  parameter int WEIGHT_PARALLELISM_DIM_0 = 4,
  parameter int WEIGHT_PARALLELISM_DIM_1 = 4,
  parameter int OUT_DEPTH                = (WEIGHT_TENSOR_SIZE_DIM_0 / WEIGHT_PARALLELISM_DIM_0) *
                                           (WEIGHT_TENSOR_SIZE_DIM_1 / WEIGHT_PARALLELISM_DIM_1),
  parameter     MEM_FILE                 = "node_weight_rom.dat"
) (
  input  logic clk,
  input  logic rst,
  output logic [WEIGHT_PRECISION_0-1:0] data_out[WEIGHT_PARALLELISM_DIM_0*WEIGHT_PARALLELISM_DIM_1-1:0],
  output logic data_out_valid,
  input  logic data_out_ready
);

  localparam int Lanes = WEIGHT_PARALLELISM_DIM_0 * WEIGHT_PARALLELISM_DIM_1;

  logic [Lanes*WEIGHT_PRECISION_0-1:0] flat_out;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign data_out[i] = flat_out[i*WEIGHT_PRECISION_0 +: WEIGHT_PRECISION_0];
  end

  mase_rom_source #(
    .MemFile(MEM_FILE),
    .Width(Lanes * WEIGHT_PRECISION_0),
    .Depth(OUT_DEPTH)
  ) u_rom (
    .clk,
    .rst,
    .data_out(flat_out),
    .data_out_valid,
    .data_out_ready
  );

endmodule
