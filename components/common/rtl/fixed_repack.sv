// A stream of tiles becomes one of tiles of another width.
//
// Both widths divide the tensor's; neither need divide the other. Tiles keep their number of rows: column after
// column passes through, so that a row of tiles ends where the next one begins.
module fixed_repack #(
  parameter int DATA_IN_0_PRECISION_0        = 8,
  parameter int DATA_IN_0_PRECISION_1        = 3,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_0  = 8,
  parameter int DATA_IN_0_TENSOR_SIZE_DIM_1  = 1,
  parameter int DATA_IN_0_PARALLELISM_DIM_0  = 4,
  parameter int DATA_IN_0_PARALLELISM_DIM_1  = 1,
  parameter int DATA_OUT_0_PRECISION_0       = 8,
  parameter int DATA_OUT_0_PRECISION_1       = 3,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_0 = 8,
  parameter int DATA_OUT_0_TENSOR_SIZE_DIM_1 = 1,
  parameter int DATA_OUT_0_PARALLELISM_DIM_0 = 2,
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

  localparam int Width  = DATA_IN_0_PRECISION_0;
  localparam int Rows   = DATA_IN_0_PARALLELISM_DIM_1;
  localparam int InPar  = DATA_IN_0_PARALLELISM_DIM_0;
  localparam int OutPar = DATA_OUT_0_PARALLELISM_DIM_0;

  logic [InPar*Rows*Width-1:0]  flat_in;
  logic [OutPar*Rows*Width-1:0] flat_out;

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    for (genvar c = 0; c < InPar; c++) begin : gen_in
      assign flat_in[(c*Rows + r)*Width +: Width] = data_in_0[r*InPar+c];
    end
    for (genvar c = 0; c < OutPar; c++) begin : gen_out
      assign data_out_0[r*OutPar+c] = flat_out[(c*Rows + r)*Width +: Width];
    end
  end

  mase_repack #(
    .Width(Rows * Width),
    .InLanes(InPar),
    .OutLanes(OutPar)
  ) u_repack (
    .clk,
    .rst,
    .data_in(flat_in),
    .data_in_valid(data_in_0_valid),
    .data_in_ready(data_in_0_ready),
    .data_out(flat_out),
    .data_out_valid(data_out_0_valid),
    .data_out_ready(data_out_0_ready)
  );

`ifndef SYNTHESIS
  initial begin
    if (DATA_IN_0_PRECISION_0 != DATA_OUT_0_PRECISION_0 || DATA_IN_0_PRECISION_1 != DATA_OUT_0_PRECISION_1)
      $fatal(1, "fixed_repack: input precision (%0d, %0d), output precision (%0d, %0d); a cast belongs between them",
             DATA_IN_0_PRECISION_0, DATA_IN_0_PRECISION_1, DATA_OUT_0_PRECISION_0, DATA_OUT_0_PRECISION_1);
    if (DATA_OUT_0_PARALLELISM_DIM_1 != Rows)
      $fatal(1, "fixed_repack: input tiles have %0d rows, output tiles %0d", Rows, DATA_OUT_0_PARALLELISM_DIM_1);
    if (DATA_IN_0_TENSOR_SIZE_DIM_0 != DATA_OUT_0_TENSOR_SIZE_DIM_0 ||
        DATA_IN_0_TENSOR_SIZE_DIM_1 != DATA_OUT_0_TENSOR_SIZE_DIM_1)
      $fatal(1, "fixed_repack: the input tensor is %0d x %0d, the output tensor %0d x %0d",
             DATA_IN_0_TENSOR_SIZE_DIM_1, DATA_IN_0_TENSOR_SIZE_DIM_0, DATA_OUT_0_TENSOR_SIZE_DIM_1,
             DATA_OUT_0_TENSOR_SIZE_DIM_0);
    if (DATA_IN_0_TENSOR_SIZE_DIM_0 % InPar != 0 || DATA_IN_0_TENSOR_SIZE_DIM_0 % OutPar != 0)
      $fatal(1, "fixed_repack: %0d and %0d do not both divide the tensor's %0d columns", InPar, OutPar,
             DATA_IN_0_TENSOR_SIZE_DIM_0);
  end
`endif

endmodule
