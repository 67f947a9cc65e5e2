// |x| in every lane, cast to the output format. Combinational.
module fixed_abs #(
  parameter int DATA_IN_0_PRECISION_0        = 8,
  parameter int DATA_IN_0_PRECISION_1        = 3,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_0  = 8,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_1  = 1,
  parameter int DATA_IN_0_PARALLELISM_DIM_0  = 1,
  parameter int DATA_IN_0_PARALLELISM_DIM_1  = 1,
  parameter int DATA_OUT_0_PRECISION_0       = 8,
  parameter int DATA_OUT_0_PRECISION_1       = 3,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_0 = 8,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_1 = 1,
  parameter int DATA_OUT_0_PARALLELISM_DIM_0 = 1,
  parameter int DATA_OUT_0_PARALLELISM_DIM_1 = 1,
  parameter int DATA_IN_0_SIGNED             = 1,
  parameter int DATA_OUT_0_SIGNED            = 1
) (
  input  logic clk,
  input  logic rst,
  input  logic [DATA_IN_0_PRECISION_0-1:0] data_in_0[DATA_IN_0_PARALLELISM_DIM_0*DATA_IN_0_PARALLELISM_DIM_1-1:0],
  input  logic data_in_0_valid,
  output logic data_in_0_ready,
  output logic [DATA_OUT_0_PRECISION_0-1:0] data_out_0[DATA_OUT_0_PARALLELISM_DIM_0*DATA_OUT_0_PARALLELISM_DIM_1-1:0],
  output logic data_out_0_valid,
  input  logic data_out_0_ready
);

  localparam int Lanes    = DATA_IN_0_PARALLELISM_DIM_0 * DATA_IN_0_PARALLELISM_DIM_1;
  localparam int InWidth  = DATA_IN_0_PRECISION_0;
  localparam int OutWidth = DATA_OUT_0_PRECISION_0;

  // Of a signed word as many bits are enough: 2^(w-1) is an unsigned word of w bits.
  logic [Lanes*InWidth-1:0]  magnitude;
  logic [Lanes*OutWidth-1:0] flat_out;
  logic                      unused;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign magnitude[i*InWidth +: InWidth] =
        (DATA_IN_0_SIGNED != 0 && data_in_0[i][InWidth-1]) ? -data_in_0[i] : data_in_0[i];
    assign data_out_0[i] = flat_out[i*OutWidth +: OutWidth];
  end

  mase_cast #(
    .Lanes(Lanes),
    .InWidth(InWidth),
    .InFrac(DATA_IN_0_PRECISION_1),
    .InSigned(0),
    .OutWidth(OutWidth),
    .OutFrac(DATA_OUT_0_PRECISION_1),
    .OutSigned(DATA_OUT_0_SIGNED)
  ) u_cast (
    .data_in(magnitude),
    .data_out(flat_out)
  );

  assign data_out_0_valid = data_in_0_valid;
  assign data_in_0_ready  = data_out_0_ready;
  assign unused = clk ^ rst;  // combinational: the clock is there because every node has one

`ifndef SYNTHESIS
  initial begin
    if (DATA_IN_0_TENSOR_SIZE_DIM_0 != DATA_OUT_0_TENSOR_SIZE_DIM_0 ||
        DATA_IN_0_TENSOR_SIZE_DIM_1 != DATA_OUT_0_TENSOR_SIZE_DIM_1 ||
        DATA_IN_0_PARALLELISM_DIM_0 != DATA_OUT_0_PARALLELISM_DIM_0 ||
        DATA_IN_0_PARALLELISM_DIM_1 != DATA_OUT_0_PARALLELISM_DIM_1)
      $fatal(1, "fixed_abs: input and output differ in tensor size or parallelism");
  end
`endif

endmodule
