// A stream's handshake for two readers; the readers share its data wires.
//
// MASE's has no clock and lets each valid wait for the other's ready; remembering who has taken the beat needs one.
module split2 (
  input  logic       clk,
  input  logic       rst,
  input  logic       data_in_valid,
  output logic       data_in_ready,
  output logic [1:0] data_out_valid,
  input  logic [1:0] data_out_ready
);

  mase_fork #(
    .Outputs(2)
  ) u_fork (
    .clk,
    .rst,
    .data_in_valid,
    .data_in_ready,
    .data_out_valid,
    .data_out_ready
  );

endmodule
