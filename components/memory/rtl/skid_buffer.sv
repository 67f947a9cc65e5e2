// Two registers between two streams; ready comes from a register too.
module skid_buffer #(
  parameter int DATA_WIDTH = 32
) (
  input  logic                  clk,
  input  logic                  rst,
  input  logic [DATA_WIDTH-1:0] data_in,
  input  logic                  data_in_valid,
  output logic                  data_in_ready,
  output logic [DATA_WIDTH-1:0] data_out,
  output logic                  data_out_valid,
  input  logic                  data_out_ready
);

  mase_skid_buffer #(
    .Width(DATA_WIDTH)
  ) u_skid_buffer (
    .clk,
    .rst,
    .data_in,
    .data_in_valid,
    .data_in_ready,
    .data_out,
    .data_out_valid,
    .data_out_ready
  );

endmodule
