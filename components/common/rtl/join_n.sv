// Several streams in step: one handshake for all.
module join_n #(
  parameter int NUM_HANDSHAKES = 4
) (
  input  logic [NUM_HANDSHAKES-1:0] data_in_valid,
  output logic [NUM_HANDSHAKES-1:0] data_in_ready,
  output logic                      data_out_valid,
  input  logic                      data_out_ready
);

  mase_join #(
    .Inputs(NUM_HANDSHAKES)
  ) u_join (
    .data_in_valid,
    .data_in_ready,
    .data_out_valid,
    .data_out_ready
  );

endmodule
