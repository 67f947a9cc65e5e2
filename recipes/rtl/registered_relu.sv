// A user's own ReLU: its result stands in a register, so that no long path runs through it. One cycle more.
//
// It has fixed_relu's parameters and ports, because the design connects them by name. It does not cast: input and
// output must have one precision, which holds as long as the recipe gives the node no `data_out` format.
module registered_relu #(
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
  parameter int DATA_IN_0_SIGNED             = 1,
  parameter int DATA_OUT_0_SIGNED            = 1,
  parameter int ROUNDING                     = 0,
  parameter int OVERFLOW                     = 0
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

  // A beat is taken when the register is free, or is being emptied in this cycle.
  assign data_in_0_ready = !data_out_0_valid || data_out_0_ready;

  always_ff @(posedge clk) begin
    if (rst) data_out_0_valid <= 1'b0;
    else if (data_in_0_ready) data_out_0_valid <= data_in_0_valid;
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    always_ff @(posedge clk) begin
      if (data_in_0_ready)
        data_out_0[i] <= (DATA_IN_0_SIGNED != 0 && data_in_0[i][DATA_IN_0_PRECISION_0-1]) ? '0 : data_in_0[i];
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (DATA_IN_0_PRECISION_0 != DATA_OUT_0_PRECISION_0 || DATA_IN_0_PRECISION_1 != DATA_OUT_0_PRECISION_1)
      $fatal(1, "registered_relu does not cast: %0d.%0d in, %0d.%0d out", DATA_IN_0_PRECISION_0,
             DATA_IN_0_PRECISION_1, DATA_OUT_0_PRECISION_0, DATA_OUT_0_PRECISION_1);
  end
`endif

endmodule
