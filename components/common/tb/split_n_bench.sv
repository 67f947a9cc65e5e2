// A whole stream around split_n's handshake.
module split_n_bench (
  input  logic       clk,
  input  logic       rst,
  input  logic [7:0] data_in,
  input  logic       data_in_valid,
  output logic       data_in_ready,
  output logic [7:0] data_out_0,
  output logic       data_out_0_valid,
  input  logic       data_out_0_ready,
  output logic [7:0] data_out_1,
  output logic       data_out_1_valid,
  input  logic       data_out_1_ready,
  output logic [7:0] data_out_2,
  output logic       data_out_2_valid,
  input  logic       data_out_2_ready
);

  split_n #(
    .N(3)
  ) u_split (
    .clk,
    .rst,
    .data_in_valid,
    .data_in_ready,
    .data_out_valid({data_out_2_valid, data_out_1_valid, data_out_0_valid}),
    .data_out_ready({data_out_2_ready, data_out_1_ready, data_out_0_ready})
  );

  assign data_out_0 = data_in;
  assign data_out_1 = data_in;
  assign data_out_2 = data_in;

endmodule
