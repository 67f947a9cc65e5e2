// Passes the same elements on in beats of another size; the first element of a beat has the highest index.
module convert_parallelism #(
  parameter int DATA_WIDTH           = 8,
  parameter int DATA_IN_PARALLELISM  = 4,
  parameter int DATA_OUT_PARALLELISM = 4
) (
  input  logic clk,
  input  logic rst,
  input  logic [DATA_WIDTH-1:0] data_in[DATA_IN_PARALLELISM-1:0],
  input  logic data_in_valid,
  output logic data_in_ready,
  output logic [DATA_WIDTH-1:0] data_out[DATA_OUT_PARALLELISM-1:0],
  output logic data_out_valid,
  input  logic data_out_ready
);

  logic [DATA_IN_PARALLELISM*DATA_WIDTH-1:0] flat_in;
  logic [DATA_OUT_PARALLELISM*DATA_WIDTH-1:0] flat_out;

  for (genvar i = 0; i < DATA_IN_PARALLELISM; i++) begin : gen_in
    assign flat_in[i*DATA_WIDTH +: DATA_WIDTH] = data_in[i];
  end
  for (genvar i = 0; i < DATA_OUT_PARALLELISM; i++) begin : gen_out
    assign data_out[i] = flat_out[i*DATA_WIDTH +: DATA_WIDTH];
  end

  mase_repack #(
    .Width(DATA_WIDTH),
    .InLanes(DATA_IN_PARALLELISM),
    .OutLanes(DATA_OUT_PARALLELISM)
  ) u_repack (
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
