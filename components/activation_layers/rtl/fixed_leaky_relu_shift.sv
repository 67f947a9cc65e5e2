// x where x >= 0, else x * 2^-NEGATIVE_SLOPE_SHIFT; exact, then cast once to the output format.
//
// The same values as fixed_leaky_relu with that slope, without a multiplier.
module fixed_leaky_relu_shift #(
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
  parameter int INPLACE                      = 0,
  parameter int NEGATIVE_SLOPE_SHIFT         = 7,
  parameter int DATA_IN_0_SIGNED             = 1,
  parameter int DATA_OUT_0_SIGNED            = 1,
  parameter int ROUNDING                     = 0,  // 0 nearest_even, 1 floor, 2 toward_zero
  parameter int OVERFLOW                     = 0   // 0 saturate, 1 saturate_symmetric, 2 wrap
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

  mase_leaky_relu #(
    .Lanes(Lanes),
    .InWidth(DATA_IN_0_PRECISION_0),
    .InFrac(DATA_IN_0_PRECISION_1),
    .InSigned(DATA_IN_0_SIGNED),
    .SlopeWidth(1),
    .SlopeFrac(NEGATIVE_SLOPE_SHIFT),
    .SlopeValue(0),
    .Shift(1),
    .OutWidth(DATA_OUT_0_PRECISION_0),
    .OutFrac(DATA_OUT_0_PRECISION_1),
    .OutSigned(DATA_OUT_0_SIGNED),
    .Rounding(ROUNDING),
    .Overflow(OVERFLOW)
  ) u_leaky_relu (
    .data_in(flat_in),
    .data_out(flat_out)
  );

  assign data_out_0_valid = data_in_0_valid;
  assign data_in_0_ready  = data_out_0_ready;

  // Combinational: the clock is there because every node of a design has one.
  assign unused = clk ^ rst;

`ifndef SYNTHESIS
  initial begin
    if (DATA_IN_0_TENSOR_SIZE_DIM_0 != DATA_OUT_0_TENSOR_SIZE_DIM_0 ||
        DATA_IN_0_TENSOR_SIZE_DIM_1 != DATA_OUT_0_TENSOR_SIZE_DIM_1)
      $fatal(1, "fixed_leaky_relu_shift: the input tensor is %0d x %0d, the output tensor %0d x %0d",
             DATA_IN_0_TENSOR_SIZE_DIM_1, DATA_IN_0_TENSOR_SIZE_DIM_0, DATA_OUT_0_TENSOR_SIZE_DIM_1,
             DATA_OUT_0_TENSOR_SIZE_DIM_0);
    if (DATA_IN_0_PARALLELISM_DIM_0 != DATA_OUT_0_PARALLELISM_DIM_0 ||
        DATA_IN_0_PARALLELISM_DIM_1 != DATA_OUT_0_PARALLELISM_DIM_1)
      $fatal(1, "fixed_leaky_relu_shift: input tiles are %0d x %0d, output tiles %0d x %0d", DATA_IN_0_PARALLELISM_DIM_1,
             DATA_IN_0_PARALLELISM_DIM_0, DATA_OUT_0_PARALLELISM_DIM_1, DATA_OUT_0_PARALLELISM_DIM_0);
  end
`endif

endmodule
