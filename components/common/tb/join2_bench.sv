// Two whole streams around join2's handshake.
module join2_bench (
  input  logic [7:0]  data_in_0,
  input  logic        data_in_0_valid,
  output logic        data_in_0_ready,
  input  logic [7:0]  data_in_1,
  input  logic        data_in_1_valid,
  output logic        data_in_1_ready,
  output logic [15:0] data_out,
  output logic        data_out_valid,
  input  logic        data_out_ready
);

  join2 u_join (
    .data_in_valid({data_in_1_valid, data_in_0_valid}),
    .data_in_ready({data_in_1_ready, data_in_0_ready}),
    .data_out_valid,
    .data_out_ready
  );

  assign data_out = {data_in_0, data_in_1};

endmodule
