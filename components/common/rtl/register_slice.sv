// One register between two streams, for data of any packed type.
module register_slice #(
  parameter int  DATA_WIDTH = 32,
  parameter type MYDATA     = logic [DATA_WIDTH-1:0]
) (
  input  logic  clk,
  input  logic  rst,
  input  MYDATA data_in,
  input  logic  data_in_valid,
  output logic  data_in_ready,
  output MYDATA data_out,
  output logic  data_out_valid,
  input  logic  data_out_ready
);

  logic [$bits(MYDATA)-1:0] flat_out;

  mase_register_slice #(
    .Width($bits(MYDATA))
  ) u_register_slice (
    .clk,
    .rst,
    .data_in,
    .data_in_valid,
    .data_in_ready,
    .data_out(flat_out),
    .data_out_valid,
    .data_out_ready
  );

  assign data_out = MYDATA'(flat_out);

endmodule
