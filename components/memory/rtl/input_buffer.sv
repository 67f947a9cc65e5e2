// Delivers every frame of BUFFER_SIZE beats REPEAT times; the next frame is taken in meanwhile.
module input_buffer #(
  parameter int DATA_WIDTH  = 8,
  parameter int IN_NUM      = 8,
  parameter int BUFFER_SIZE = 512,
  parameter int REPEAT      = 4
) (
  input  logic clk,
  input  logic rst,
  input  logic [DATA_WIDTH-1:0] data_in[IN_NUM-1:0],
  input  logic data_in_valid,
  output logic data_in_ready,
  output logic [DATA_WIDTH-1:0] data_out[IN_NUM-1:0],
  output logic data_out_valid,
  input  logic data_out_ready
);

  logic [IN_NUM*DATA_WIDTH-1:0] flat_in;
  logic [IN_NUM*DATA_WIDTH-1:0] flat_out;

  for (genvar i = 0; i < IN_NUM; i++) begin : gen_in
    assign flat_in[i*DATA_WIDTH +: DATA_WIDTH] = data_in[i];
  end
  for (genvar i = 0; i < IN_NUM; i++) begin : gen_out
    assign data_out[i] = flat_out[i*DATA_WIDTH +: DATA_WIDTH];
  end

  mase_repeat_buffer #(
    .Width(IN_NUM * DATA_WIDTH),
    .Size(BUFFER_SIZE),
    .Repeat(REPEAT)
  ) u_repeat_buffer (
    .clk,
    .rst,
    .data_in(flat_in),
    .data_in_valid,
    .data_in_ready,
    .data_out(flat_out),
    .data_out_valid,
    .data_out_ready
  );

endmodule
