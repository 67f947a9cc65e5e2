// A stream's handshake for N readers; the readers share its data wires.
//
// MASE's has no clock and lets each valid wait for the others' ready; remembering who has taken the beat needs one.
module split_n #(
  parameter int N = 10
) (
  input  logic         clk,
  input  logic         rst,
  input  logic [0:0]   data_in_valid,
  output logic [0:0]   data_in_ready,
  output logic [N-1:0] data_out_valid,
  input  logic [N-1:0] data_out_ready
);

  mase_fork #(
    .Outputs(N)
  ) u_fork (
    .clk,
    .rst,
    .data_in_valid(data_in_valid[0]),
    .data_in_ready(data_in_ready[0]),
    .data_out_valid,
    .data_out_ready
  );

endmodule
