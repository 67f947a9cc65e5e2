// Moves fixed-point values from one format to another: rounds to the new grid, then meets the new range.
//
// Combinational. A code c stands for c * 2^-Frac; Frac may be negative or exceed the width. Every bit of the
// input takes part in the decision, so the result is the exact value rounded once.
module mase_cast #(
  parameter int Lanes     = 1,
  parameter int InWidth   = 8,
  parameter int InFrac    = 4,
  parameter int InSigned  = 1,
  parameter int OutWidth  = 8,
  parameter int OutFrac   = 4,
  parameter int OutSigned = 1,
  parameter int Rounding  = 0,  // 0 nearest_even, 1 floor, 2 toward_zero
  parameter int Overflow  = 0   // 0 saturate, 1 saturate_symmetric, 2 wrap
) (
  input  logic [Lanes*InWidth-1:0]  data_in,
  output logic [Lanes*OutWidth-1:0] data_out
);

  // Fraction bits that disappear, and zeros that appear; at most one of them is not 0.
  localparam int Drop = (InFrac > OutFrac) ? InFrac - OutFrac : 0;
  localparam int Pad  = (OutFrac > InFrac) ? OutFrac - InFrac : 0;

  // One bit more than the input makes unsigned codes signed; one bit above the dropped ones keeps the sign
  // when everything else is dropped.
  localparam int ExtWidth = (InWidth > Drop) ? InWidth + 1 : Drop + 1;

  // Rounding up may carry into one more bit.
  localparam int RoundWidth = ExtWidth - Drop + 1 + Pad;

  // The range check looks at the bits above the result; two of them always exist this way.
  localparam int WideWidth = (RoundWidth > OutWidth + 2) ? RoundWidth : OutWidth + 2;

  localparam logic [OutWidth-1:0] SignBit = {{(OutWidth - 1){1'b0}}, 1'b1} << (OutWidth - 1);
  localparam logic [OutWidth-1:0] Highest = (OutSigned != 0) ? ~SignBit : {OutWidth{1'b1}};
  localparam logic [OutWidth-1:0] Lowest  = (OutSigned == 0) ? {OutWidth{1'b0}} :
                                            (Overflow == 1)  ? ~Highest + {{(OutWidth - 1){1'b0}}, 1'b1} : SignBit;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    logic                  negative;
    logic [ExtWidth-1:0]   ext;
    logic [RoundWidth-1:0] rounded;
    logic [WideWidth-1:0]  wide;
    logic                  above;
    logic                  below;

    assign negative = (InSigned != 0) ? data_in[i*InWidth + InWidth - 1] : 1'b0;
    assign ext      = {{(ExtWidth - InWidth){negative}}, data_in[i*InWidth +: InWidth]};

    if (Drop > 0) begin : gen_round
      localparam logic [Drop-1:0] Half = {{(Drop - 1){1'b0}}, 1'b1} << (Drop - 1);
      logic [Drop-1:0] tail;
      logic            up;
      assign tail = ext[Drop-1:0];
      if (Rounding == 0) begin : gen_nearest_even
        assign up = (tail > Half) || (tail == Half && ext[Drop]);
      end else if (Rounding == 1) begin : gen_floor
        assign up = 1'b0;
      end else begin : gen_toward_zero
        assign up = negative && (tail != {Drop{1'b0}});
      end
      assign rounded = {negative, ext[ExtWidth-1:Drop]} + {{(RoundWidth - 1){1'b0}}, up};
    end else if (Pad > 0) begin : gen_pad
      assign rounded = {negative, ext, {Pad{1'b0}}};
    end else begin : gen_same
      assign rounded = {negative, ext};
    end

    if (WideWidth > RoundWidth) begin : gen_extend
      assign wide = {{(WideWidth - RoundWidth){rounded[RoundWidth-1]}}, rounded};
    end else begin : gen_as_is
      assign wide = rounded;
    end

    if (Overflow == 2) begin : gen_wrap
      assign above = 1'b0;
      assign below = 1'b0;
    end else if (OutSigned != 0) begin : gen_signed
      assign above = !wide[WideWidth-1] && (|wide[WideWidth-2:OutWidth-1]);
      // The code 10..0 itself lies below the range when that is symmetric.
      assign below = wide[WideWidth-1] && (!(&wide[WideWidth-2:OutWidth-1]) ||
                                           (Overflow == 1 && wide[OutWidth-1:0] == SignBit));
    end else begin : gen_unsigned
      assign above = !wide[WideWidth-1] && (|wide[WideWidth-2:OutWidth]);
      assign below = wide[WideWidth-1];
    end

    assign data_out[i*OutWidth +: OutWidth] = above ? Highest : below ? Lowest : wide[OutWidth-1:0];
  end

`ifndef SYNTHESIS
  initial begin
    if (Lanes < 1) $fatal(1, "mase_cast: Lanes is %0d, expected at least 1", Lanes);
    if (InWidth < 1) $fatal(1, "mase_cast: InWidth is %0d, expected at least 1", InWidth);
    if (OutWidth < 1) $fatal(1, "mase_cast: OutWidth is %0d, expected at least 1", OutWidth);
    if (Rounding < 0 || Rounding > 2) $fatal(1, "mase_cast: Rounding is %0d, expected 0, 1 or 2", Rounding);
    if (Overflow < 0 || Overflow > 2) $fatal(1, "mase_cast: Overflow is %0d, expected 0, 1 or 2", Overflow);
  end
`endif

endmodule
