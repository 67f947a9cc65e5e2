// Y = X * W^T + b, exact inside and cast once to the output format; one weight tile per cycle.
//
// Tiles of every tensor arrive row-major. With WEIGHTS_PRE_TRANSPOSED the weight tensor is W^T, so its tiles come
// by input block and partial sums are kept instead of inputs. Weight and bias tiles are needed once per row of
// input tiles: WEIGHT_REPLAY says whether this module repeats them or their source does.
module fixed_linear #(
  parameter int HAS_BIAS                     = 1,
  parameter int WEIGHTS_PRE_TRANSPOSED       = 0,  // 1: weight is in x out, its tiles row-major in that shape
  parameter int DATA_IN_0_PRECISION_0        = 16,
  parameter int DATA_IN_0_PRECISION_1        = 3,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_0  = 20,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_1  = 20,
  parameter int DATA_IN_0_PARALLELISM_DIM_0  = 4,
  parameter int DATA_IN_0_PARALLELISM_DIM_1  = 4,
  parameter int WEIGHT_PRECISION_0           = 16,
  parameter int WEIGHT_PRECISION_1           = 3,
  parameter int WEIGHT_TENSOR_SIZE_DIM_0     = 20,
  parameter int WEIGHT_TENSOR_SIZE_DIM_1     = 20,
  parameter int WEIGHT_PARALLELISM_DIM_0     = 4,
  parameter int WEIGHT_PARALLELISM_DIM_1     = 4,
  parameter int DATA_OUT_0_PRECISION_0       = DATA_IN_0_PRECISION_0 + WEIGHT_PRECISION_0 + $clog2(DATA_IN_0_TENSOR_SIZE_DIM_0) + 1,
  parameter int DATA_OUT_0_PRECISION_1       = DATA_IN_0_PRECISION_1 + WEIGHT_PRECISION_1,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_0 = (WEIGHTS_PRE_TRANSPOSED == 0) ? WEIGHT_TENSOR_SIZE_DIM_1 : WEIGHT_TENSOR_SIZE_DIM_0,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_1 = DATA_IN_0_TENSOR_SIZE_DIM_1,
  parameter int DATA_OUT_0_PARALLELISM_DIM_0 = (WEIGHTS_PRE_TRANSPOSED == 0) ? WEIGHT_PARALLELISM_DIM_1 : WEIGHT_PARALLELISM_DIM_0,
  parameter int DATA_OUT_0_PARALLELISM_DIM_1 = DATA_IN_0_PARALLELISM_DIM_1,
  parameter int BIAS_PRECISION_0             = 16,
  parameter int BIAS_PRECISION_1             = 3,
  parameter int BIAS_TENSOR_SIZE_DIM_0       = DATA_OUT_0_TENSOR_SIZE_DIM_0,
  parameter int BIAS_TENSOR_SIZE_DIM_1       = 1,
  parameter int BIAS_PARALLELISM_DIM_0       = DATA_OUT_0_PARALLELISM_DIM_0,
  parameter int BIAS_PARALLELISM_DIM_1       = 1,
  parameter int DATA_IN_0_SIGNED             = 1,
  parameter int WEIGHT_SIGNED                = 1,
  parameter int BIAS_SIGNED                  = 1,
  parameter int DATA_OUT_0_SIGNED            = 1,
  parameter int WEIGHT_REPLAY                = 1,  // 1: weight and bias come once per tensor, 0: once per row of tiles
  parameter int ROUNDING                     = 0,  // 0 nearest_even, 1 floor, 2 toward_zero
  parameter int OVERFLOW                     = 0   // 0 saturate, 1 saturate_symmetric, 2 wrap
) (
  input  logic clk,
  input  logic rst,
  input  logic [DATA_IN_0_PRECISION_0-1:0] data_in_0[DATA_IN_0_PARALLELISM_DIM_0*DATA_IN_0_PARALLELISM_DIM_1-1:0],
  input  logic data_in_0_valid,
  output logic data_in_0_ready,
  input  logic [WEIGHT_PRECISION_0-1:0] weight[WEIGHT_PARALLELISM_DIM_0*WEIGHT_PARALLELISM_DIM_1-1:0],
  input  logic weight_valid,
  output logic weight_ready,
  input  logic [BIAS_PRECISION_0-1:0] bias[BIAS_PARALLELISM_DIM_0*BIAS_PARALLELISM_DIM_1-1:0],
  input  logic bias_valid,
  output logic bias_ready,
  output logic [DATA_OUT_0_PRECISION_0-1:0] data_out_0[DATA_OUT_0_PARALLELISM_DIM_0*DATA_OUT_0_PARALLELISM_DIM_1-1:0],
  output logic data_out_0_valid,
  input  logic data_out_0_ready
);

  localparam int InLanes     = DATA_IN_0_PARALLELISM_DIM_0 * DATA_IN_0_PARALLELISM_DIM_1;
  localparam int WeightLanes = WEIGHT_PARALLELISM_DIM_0 * WEIGHT_PARALLELISM_DIM_1;
  localparam int BiasLanes   = BIAS_PARALLELISM_DIM_0 * BIAS_PARALLELISM_DIM_1;
  localparam int OutLanes    = DATA_OUT_0_PARALLELISM_DIM_0 * DATA_OUT_0_PARALLELISM_DIM_1;

  logic [InLanes*DATA_IN_0_PRECISION_0-1:0]   flat_in;
  logic [WeightLanes*WEIGHT_PRECISION_0-1:0]  flat_weight;
  logic [BiasLanes*BIAS_PRECISION_0-1:0]      flat_bias;
  logic [OutLanes*DATA_OUT_0_PRECISION_0-1:0] flat_out;

  for (genvar i = 0; i < InLanes; i++) begin : gen_in
    assign flat_in[i*DATA_IN_0_PRECISION_0 +: DATA_IN_0_PRECISION_0] = data_in_0[i];
  end
  for (genvar i = 0; i < WeightLanes; i++) begin : gen_weight
    assign flat_weight[i*WEIGHT_PRECISION_0 +: WEIGHT_PRECISION_0] = weight[i];
  end
  for (genvar i = 0; i < BiasLanes; i++) begin : gen_bias
    assign flat_bias[i*BIAS_PRECISION_0 +: BIAS_PRECISION_0] = bias[i];
  end
  for (genvar i = 0; i < OutLanes; i++) begin : gen_out
    assign data_out_0[i] = flat_out[i*DATA_OUT_0_PRECISION_0 +: DATA_OUT_0_PRECISION_0];
  end

  mase_linear #(
    .InWidth(DATA_IN_0_PRECISION_0),
    .InFrac(DATA_IN_0_PRECISION_1),
    .InSigned(DATA_IN_0_SIGNED),
    .WeightWidth(WEIGHT_PRECISION_0),
    .WeightFrac(WEIGHT_PRECISION_1),
    .WeightSigned(WEIGHT_SIGNED),
    .BiasWidth(BIAS_PRECISION_0),
    .BiasFrac(BIAS_PRECISION_1),
    .BiasSigned(BIAS_SIGNED),
    .OutWidth(DATA_OUT_0_PRECISION_0),
    .OutFrac(DATA_OUT_0_PRECISION_1),
    .OutSigned(DATA_OUT_0_SIGNED),
    .InFeatures(DATA_IN_0_TENSOR_SIZE_DIM_0),
    .OutFeatures(DATA_OUT_0_TENSOR_SIZE_DIM_0),
    .Rows(DATA_IN_0_TENSOR_SIZE_DIM_1),
    .InPar(DATA_IN_0_PARALLELISM_DIM_0),
    .OutPar(DATA_OUT_0_PARALLELISM_DIM_0),
    .RowPar(DATA_IN_0_PARALLELISM_DIM_1),
    .HasBias(HAS_BIAS),
    .InputMajor(WEIGHTS_PRE_TRANSPOSED),
    .WeightReplay(WEIGHT_REPLAY),
    .Rounding(ROUNDING),
    .Overflow(OVERFLOW)
  ) u_linear (
    .clk,
    .rst,
    .data_in(flat_in),
    .data_in_valid(data_in_0_valid),
    .data_in_ready(data_in_0_ready),
    .weight(flat_weight),
    .weight_valid,
    .weight_ready,
    .bias(flat_bias),
    .bias_valid,
    .bias_ready,
    .data_out(flat_out),
    .data_out_valid(data_out_0_valid),
    .data_out_ready(data_out_0_ready)
  );

`ifndef SYNTHESIS
  // The weight tensor's dimensions as outputs and inputs, whichever way it is stored.
  localparam int OutSize = (WEIGHTS_PRE_TRANSPOSED == 0) ? WEIGHT_TENSOR_SIZE_DIM_1 : WEIGHT_TENSOR_SIZE_DIM_0;
  localparam int InSize  = (WEIGHTS_PRE_TRANSPOSED == 0) ? WEIGHT_TENSOR_SIZE_DIM_0 : WEIGHT_TENSOR_SIZE_DIM_1;
  localparam int OutPar  = (WEIGHTS_PRE_TRANSPOSED == 0) ? WEIGHT_PARALLELISM_DIM_1 : WEIGHT_PARALLELISM_DIM_0;
  localparam int InPar   = (WEIGHTS_PRE_TRANSPOSED == 0) ? WEIGHT_PARALLELISM_DIM_0 : WEIGHT_PARALLELISM_DIM_1;

  initial begin
    if (InSize != DATA_IN_0_TENSOR_SIZE_DIM_0 || InPar != DATA_IN_0_PARALLELISM_DIM_0)
      $fatal(1, "fixed_linear: the weight has %0d inputs, %0d at a time; data_in_0 has %0d, %0d at a time", InSize,
             InPar, DATA_IN_0_TENSOR_SIZE_DIM_0, DATA_IN_0_PARALLELISM_DIM_0);
    if (OutSize != DATA_OUT_0_TENSOR_SIZE_DIM_0 || OutPar != DATA_OUT_0_PARALLELISM_DIM_0)
      $fatal(1, "fixed_linear: the weight has %0d outputs, %0d at a time; data_out_0 has %0d, %0d at a time", OutSize,
             OutPar, DATA_OUT_0_TENSOR_SIZE_DIM_0, DATA_OUT_0_PARALLELISM_DIM_0);
    if (DATA_OUT_0_TENSOR_SIZE_DIM_1 != DATA_IN_0_TENSOR_SIZE_DIM_1 ||
        DATA_OUT_0_PARALLELISM_DIM_1 != DATA_IN_0_PARALLELISM_DIM_1)
      $fatal(1, "fixed_linear: data_in_0 has %0d rows, %0d at a time; data_out_0 has %0d, %0d at a time",
             DATA_IN_0_TENSOR_SIZE_DIM_1, DATA_IN_0_PARALLELISM_DIM_1, DATA_OUT_0_TENSOR_SIZE_DIM_1,
             DATA_OUT_0_PARALLELISM_DIM_1);
    if (HAS_BIAS != 0 && (BIAS_TENSOR_SIZE_DIM_0 != DATA_OUT_0_TENSOR_SIZE_DIM_0 || BIAS_TENSOR_SIZE_DIM_1 != 1))
      $fatal(1, "fixed_linear: the bias is %0d x %0d, expected 1 x %0d", BIAS_TENSOR_SIZE_DIM_1,
             BIAS_TENSOR_SIZE_DIM_0, DATA_OUT_0_TENSOR_SIZE_DIM_0);
    if (BIAS_PARALLELISM_DIM_0 != DATA_OUT_0_PARALLELISM_DIM_0 || BIAS_PARALLELISM_DIM_1 != 1)
      $fatal(1, "fixed_linear: bias tiles are %0d x %0d, expected 1 x %0d", BIAS_PARALLELISM_DIM_1,
             BIAS_PARALLELISM_DIM_0, DATA_OUT_0_PARALLELISM_DIM_0);
  end
`endif

endmodule
