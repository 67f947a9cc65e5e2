// Moves several streams in step: a beat passes when all of them have one and the reader is ready.
//
// Combinational, only the handshake. Valid depends on no ready; ready waits for the other streams' valid.
module mase_join #(
  parameter int Inputs = 2
) (
  input  logic [Inputs-1:0] data_in_valid,
  output logic [Inputs-1:0] data_in_ready,
  output logic              data_out_valid,
  input  logic              data_out_ready
);

  assign data_out_valid = &data_in_valid;
  assign data_in_ready  = {Inputs{data_out_valid && data_out_ready}};

`ifndef SYNTHESIS
  initial begin
    if (Inputs < 1) $fatal(1, "mase_join: Inputs is %0d, expected at least 1", Inputs);
  end
`endif

endmodule
