// Three whole streams around join_n's handshake.
module join_n_bench (
  input  logic [7:0]  data_in_0,
  input  logic        data_in_0_valid,
  output logic        data_in_0_ready,
  input  logic [7:0]  data_in_1,
  input  logic        data_in_1_valid,
  output logic        data_in_1_ready,
  input  logic [7:0]  data_in_2,
  input  logic        data_in_2_valid,
  output logic        data_in_2_ready,
  output logic [23:0] data_out,
  output logic        data_out_valid,
  input  logic        data_out_ready
);

  join_n #(
    .NUM_HANDSHAKES(3)
  ) u_join (
    .data_in_valid({data_in_2_valid, data_in_1_valid, data_in_0_valid}),
    .data_in_ready({data_in_2_ready, data_in_1_ready, data_in_0_ready}),
    .data_out_valid,
    .data_out_ready
  );

  assign data_out = {data_in_0, data_in_1, data_in_2};

endmodule
