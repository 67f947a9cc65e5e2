// Two streams in step: one handshake for both.
module join2 (
  input  logic [1:0] data_in_valid,
  output logic [1:0] data_in_ready,
  output logic       data_out_valid,
  input  logic       data_out_ready
);

  mase_join #(
    .Inputs(2)
  ) u_join (
    .data_in_valid,
    .data_in_ready,
    .data_out_valid,
    .data_out_ready
  );

endmodule
