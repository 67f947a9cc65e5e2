// First-in first-out buffer of any depth. Holds DEPTH + 1 beats, counting the output register.
module fifo #(
  parameter int DATA_WIDTH = 8,
  parameter int DEPTH      = 16
) (
  input  logic                  clk,
  input  logic                  rst,
  input  logic [DATA_WIDTH-1:0] in_data,
  input  logic                  in_valid,
  output logic                  in_ready,
  output logic [DATA_WIDTH-1:0] out_data,
  output logic                  out_valid,
  input  logic                  out_ready,
  output logic                  empty,  // no beat at the output now
  output logic                  full
);

  mase_fifo #(
    .Width(DATA_WIDTH),
    .Depth(DEPTH)
  ) u_fifo (
    .clk,
    .rst,
    .data_in(in_data),
    .data_in_valid(in_valid),
    .data_in_ready(in_ready),
    .data_out(out_data),
    .data_out_valid(out_valid),
    .data_out_ready(out_ready)
  );

  assign empty = !out_valid;
  assign full  = !in_ready;

endmodule
