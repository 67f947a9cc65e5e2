// A tensor becomes one row; since rows arrive one after another, the beats stay as they are.
//
// With tiles of more than one row the elements would change their order, which takes a buffer; refused here.
module fixed_flatten #(
  parameter int DATA_IN_0_PRECISION_0        = 8,
  parameter int DATA_IN_0_PRECISION_1        = 3,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_0  = 4,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_1  = 2,
  parameter int DATA_IN_0_PARALLELISM_DIM_0  = 1,
  parameter int DATA_IN_0_PARALLELISM_DIM_1  = 1,
  parameter int DATA_OUT_0_PRECISION_0       = 8,
  parameter int DATA_OUT_0_PRECISION_1       = 3,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_0 = 8,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_1 = 1,
  parameter int DATA_OUT_0_PARALLELISM_DIM_0 = 1,
  parameter int DATA_OUT_0_PARALLELISM_DIM_1 = 1
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

  localparam int Lanes = DATA_IN_0_PARALLELISM_DIM_0 * DATA_IN_0_PARALLELISM_DIM_1;

  logic [Lanes*DATA_IN_0_PRECISION_0-1:0]  flat_in;
  logic [Lanes*DATA_OUT_0_PRECISION_0-1:0] flat_out;
  logic                                    unused;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign flat_in[i*DATA_IN_0_PRECISION_0 +: DATA_IN_0_PRECISION_0] = data_in_0[i];
    assign data_out_0[i] = flat_out[i*DATA_OUT_0_PRECISION_0 +: DATA_OUT_0_PRECISION_0];
  end

  assign flat_out = flat_in;

  assign data_out_0_valid = data_in_0_valid;
  assign data_in_0_ready  = data_out_0_ready;

  // Combinational: the clock is there because every node of a design has one.
  assign unused = clk ^ rst;

`ifndef SYNTHESIS
  initial begin
    if (DATA_IN_0_PRECISION_0 != DATA_OUT_0_PRECISION_0 || DATA_IN_0_PRECISION_1 != DATA_OUT_0_PRECISION_1)
      $fatal(1, "fixed_flatten: input precision (%0d, %0d), output precision (%0d, %0d); a cast belongs between them",
             DATA_IN_0_PRECISION_0, DATA_IN_0_PRECISION_1, DATA_OUT_0_PRECISION_0, DATA_OUT_0_PRECISION_1);
    if (Lanes != DATA_OUT_0_PARALLELISM_DIM_0)
      $fatal(1, "fixed_flatten: input beats have %0d elements, output beats %0d", Lanes, DATA_OUT_0_PARALLELISM_DIM_0);
    if (DATA_IN_0_PARALLELISM_DIM_1 != 1 || DATA_OUT_0_PARALLELISM_DIM_1 != 1)
      $fatal(1, "fixed_flatten: tiles have %0d and %0d rows, expected 1", DATA_IN_0_PARALLELISM_DIM_1,
             DATA_OUT_0_PARALLELISM_DIM_1);
    if (DATA_IN_0_TENSOR_SIZE_DIM_0 * DATA_IN_0_TENSOR_SIZE_DIM_1 !=
        DATA_OUT_0_TENSOR_SIZE_DIM_0 * DATA_OUT_0_TENSOR_SIZE_DIM_1)
      $fatal(1, "fixed_flatten: input has %0d elements, output %0d",
             DATA_IN_0_TENSOR_SIZE_DIM_0 * DATA_IN_0_TENSOR_SIZE_DIM_1,
             DATA_OUT_0_TENSOR_SIZE_DIM_0 * DATA_OUT_0_TENSOR_SIZE_DIM_1);
  end
`endif

endmodule
