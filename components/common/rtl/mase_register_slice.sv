// One register between two streams; accepts a beat in the cycle in which its own leaves.
//
// Cuts the data and valid paths; ready still passes through. Use mase_skid_buffer to cut ready as well.
module mase_register_slice #(
  parameter int Width = 32
) (
  input  logic             clk,
  input  logic             rst,
  input  logic [Width-1:0] data_in,
  input  logic             data_in_valid,
  output logic             data_in_ready,
  output logic [Width-1:0] data_out,
  output logic             data_out_valid,
  input  logic             data_out_ready
);

  assign data_in_ready = !data_out_valid || data_out_ready;

  always_ff @(posedge clk) begin
    if (rst) data_out_valid <= 1'b0;
    else if (data_in_ready) data_out_valid <= data_in_valid;
  end

  always_ff @(posedge clk) begin
    if (data_in_ready) data_out <= data_in;
  end

`ifndef SYNTHESIS
  initial begin
    if (Width < 1) $fatal(1, "mase_register_slice: Width is %0d, expected at least 1", Width);
  end
`endif

endmodule
