// Gives every beat of one stream to each of several readers, each of them when it is ready.
//
// Only the handshake; the readers share the data wires of the source, which holds its beat until all have it.
// A reader that has taken the current beat is remembered, so valid depends on no ready.
module mase_fork #(
  parameter int Outputs = 2
) (
  input  logic               clk,
  input  logic               rst,
  input  logic               data_in_valid,
  output logic               data_in_ready,
  output logic [Outputs-1:0] data_out_valid,
  input  logic [Outputs-1:0] data_out_ready
);

  logic [Outputs-1:0] done;

  assign data_out_valid = {Outputs{data_in_valid}} & ~done;
  assign data_in_ready  = &(done | data_out_ready);

  always_ff @(posedge clk) begin
    if (rst) done <= '0;
    else if (data_in_valid) done <= data_in_ready ? '0 : done | data_out_ready;
  end

`ifndef SYNTHESIS
  initial begin
    if (Outputs < 1) $fatal(1, "mase_fork: Outputs is %0d, expected at least 1", Outputs);
  end
`endif

endmodule
