// x where x >= 0, else x * slope, exact and then cast once to the output format. Combinational.
//
// The slope is SlopeValue * 2^-SlopeFrac. Both branches meet on a grid on which neither loses a bit, so a
// result is the exact value rounded once. With Shift the slope is 2^-SlopeFrac and no multiplier is built.
module mase_leaky_relu #(
  parameter int Lanes      = 1,
  parameter int InWidth    = 8,
  parameter int InFrac     = 3,
  parameter int InSigned   = 1,
  parameter int SlopeWidth = 8,
  parameter int SlopeFrac  = 7,
  parameter int SlopeValue = 1,  // a signed code of SlopeWidth bits
  parameter int Shift      = 0,  // 1: ignore SlopeWidth and SlopeValue
  parameter int OutWidth   = 8,
  parameter int OutFrac    = 3,
  parameter int OutSigned  = 1,
  parameter int Rounding   = 0,  // as in mase_cast
  parameter int Overflow   = 0   // as in mase_cast
) (
  input  logic [Lanes*InWidth-1:0]  data_in,
  output logic [Lanes*OutWidth-1:0] data_out
);

  // Places by which a branch moves left to reach the finer of both grids.
  localparam int PositivePad = (SlopeFrac > 0) ? SlopeFrac : 0;
  localparam int NegativePad = (SlopeFrac < 0) ? -SlopeFrac : 0;
  localparam int FactorWidth = (Shift != 0) ? 0 : SlopeWidth;
  localparam int GridPad     = (PositivePad > FactorWidth + NegativePad) ? PositivePad : FactorWidth + NegativePad;
  localparam int GridWidth   = InWidth + 1 + GridPad;

  logic [Lanes*GridWidth-1:0] grid;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    logic                 negative;
    logic [GridWidth-1:0] value;
    logic [GridWidth-1:0] leak;

    assign negative = (InSigned != 0) ? data_in[i*InWidth + InWidth - 1] : 1'b0;
    assign value    = {{(GridWidth - InWidth){negative}}, data_in[i*InWidth +: InWidth]};

    if (Shift != 0) begin : gen_shift
      assign leak = value << NegativePad;
    end else begin : gen_multiply
      logic signed [GridWidth-1:0] product;
      assign product = $signed(value) * GridWidth'(SlopeValue);
      assign leak    = product << NegativePad;
    end

    assign grid[i*GridWidth +: GridWidth] = negative ? leak : value << PositivePad;
  end

  mase_cast #(
    .Lanes(Lanes),
    .InWidth(GridWidth),
    .InFrac(InFrac + PositivePad),
    .InSigned(1),
    .OutWidth(OutWidth),
    .OutFrac(OutFrac),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Overflow(Overflow)
  ) u_cast (
    .data_in(grid),
    .data_out
  );

`ifndef SYNTHESIS
  initial begin
    if (Shift == 0 && (SlopeWidth < 1 || SlopeWidth > 32))
      $fatal(1, "mase_leaky_relu: SlopeWidth is %0d, expected 1 to 32", SlopeWidth);
    if (Shift == 0 && SlopeWidth < 32 && (SlopeValue >>> (SlopeWidth - 1)) != 0 && (SlopeValue >>> (SlopeWidth - 1)) != -1)
      $fatal(1, "mase_leaky_relu: SlopeValue %0d does not fit %0d signed bits", SlopeValue, SlopeWidth);
    if (Shift != 0 && SlopeFrac < 0)
      $fatal(1, "mase_leaky_relu: the slope 2^%0d exceeds 1", -SlopeFrac);
  end
`endif

endmodule
