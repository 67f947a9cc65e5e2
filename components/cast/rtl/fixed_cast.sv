// Casts a vector from one fixed-point format to another. Combinational.
module fixed_cast #(
  parameter int IN_SIZE        = 8,
  parameter int IN_WIDTH       = 8,
  parameter int IN_FRAC_WIDTH  = 4,
  parameter int OUT_WIDTH      = 8,
  parameter int OUT_FRAC_WIDTH = 4,
  parameter int IN_SIGNED      = 1,
  parameter int OUT_SIGNED     = 1,
  parameter int ROUNDING       = 0,  // 0 nearest_even, 1 floor, 2 toward_zero
  parameter int OVERFLOW       = 0   // 0 saturate, 1 saturate_symmetric, 2 wrap
) (
  input  logic [IN_WIDTH-1:0]  data_in[IN_SIZE-1:0],
  output logic [OUT_WIDTH-1:0] data_out[IN_SIZE-1:0]
);

  logic [IN_SIZE*IN_WIDTH-1:0]  flat_in;
  logic [IN_SIZE*OUT_WIDTH-1:0] flat_out;

  for (genvar i = 0; i < IN_SIZE; i++) begin : gen_lane
    assign flat_in[i*IN_WIDTH +: IN_WIDTH] = data_in[i];
    assign data_out[i] = flat_out[i*OUT_WIDTH +: OUT_WIDTH];
  end

  mase_cast #(
    .Lanes(IN_SIZE),
    .InWidth(IN_WIDTH),
    .InFrac(IN_FRAC_WIDTH),
    .InSigned(IN_SIGNED),
    .OutWidth(OUT_WIDTH),
    .OutFrac(OUT_FRAC_WIDTH),
    .OutSigned(OUT_SIGNED),
    .Rounding(ROUNDING),
    .Overflow(OVERFLOW)
  ) u_cast (
    .data_in(flat_in),
    .data_out(flat_out)
  );

endmodule
