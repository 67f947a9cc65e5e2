// Two registers between two streams, so that ready, like valid and data, comes straight from a register.
module mase_skid_buffer #(
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

  logic             skid_valid;
  logic [Width-1:0] skid;
  logic             advance;

  assign data_in_ready = !skid_valid;
  assign advance       = !data_out_valid || data_out_ready;

  // The second register fills only when a beat arrives that the first one cannot take.
  always_ff @(posedge clk) begin
    if (rst) begin
      skid_valid     <= 1'b0;
      data_out_valid <= 1'b0;
    end else if (advance) begin
      skid_valid     <= 1'b0;
      data_out_valid <= skid_valid || data_in_valid;
    end else if (data_in_valid) begin
      skid_valid <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (advance) data_out <= skid_valid ? skid : data_in;
    if (!skid_valid) skid <= data_in;
  end

`ifndef SYNTHESIS
  initial begin
    if (Width < 1) $fatal(1, "mase_skid_buffer: Width is %0d, expected at least 1", Width);
  end
`endif

endmodule
