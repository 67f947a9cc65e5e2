// Y = X * W^T + b on tiles, exact inside, cast once at the end; one weight tile per cycle.
//
// X is Rows x InFeatures, W is OutFeatures x InFeatures. Tiles of X (RowPar x InPar) arrive row-major; a weight
// tile covers OutPar outputs and InPar inputs. InputMajor says in which order weight tiles come:
//   0: for each output block all input blocks. The input blocks are kept and repeated for every output block.
//   1: for each input block all output blocks. One partial sum per output is kept instead.
// A bias beat covers OutPar outputs; one is taken with the first input block of each output block.
// Weights and bias serve one row block per pass; WeightReplay keeps them and repeats them for the other row
// blocks of the tensor, without it their source delivers them again.
//
// Three registers: dot products, finished sums, cast results.
module mase_linear #(
  parameter int InWidth      = 8,
  parameter int InFrac       = 3,
  parameter int InSigned     = 1,
  parameter int WeightWidth  = 8,
  parameter int WeightFrac   = 3,
  parameter int WeightSigned = 1,
  parameter int BiasWidth    = 8,
  parameter int BiasFrac     = 3,
  parameter int BiasSigned   = 1,
  parameter int OutWidth     = 8,
  parameter int OutFrac      = 3,
  parameter int OutSigned    = 1,
  parameter int InFeatures   = 8,
  parameter int OutFeatures  = 8,
  parameter int Rows         = 1,
  parameter int InPar        = 4,
  parameter int OutPar       = 4,
  parameter int RowPar       = 1,
  parameter int HasBias      = 1,
  parameter int InputMajor   = 0,
  parameter int WeightReplay = 1,
  parameter int Rounding     = 0,  // as in mase_cast
  parameter int Overflow     = 0   // as in mase_cast
) (
  input  logic                               clk,
  input  logic                               rst,
  input  logic [RowPar*InPar*InWidth-1:0]    data_in,
  input  logic                               data_in_valid,
  output logic                               data_in_ready,
  input  logic [OutPar*InPar*WeightWidth-1:0] weight,
  input  logic                               weight_valid,
  output logic                               weight_ready,
  input  logic [OutPar*BiasWidth-1:0]        bias,
  input  logic                               bias_valid,
  output logic                               bias_ready,
  output logic [RowPar*OutPar*OutWidth-1:0]  data_out,
  output logic                               data_out_valid,
  input  logic                               data_out_ready
);

  localparam int InDepth  = InFeatures / InPar;
  localparam int OutDepth = OutFeatures / OutPar;
  localparam int RowDepth = Rows / RowPar;
  localparam int Sums     = RowPar * OutPar;
  localparam int Banks    = (InputMajor != 0) ? OutDepth : 1;

  // The accumulator's grid is the finer of the products' and the bias', so that both are exact on it.
  localparam int ProductFrac  = InFrac + WeightFrac;
  localparam int AccFrac      = (HasBias != 0 && BiasFrac > ProductFrac) ? BiasFrac : ProductFrac;
  localparam int ProductPad   = AccFrac - ProductFrac;
  localparam int BiasPad      = (HasBias != 0) ? AccFrac - BiasFrac : 0;
  localparam int ProductWidth = InWidth + WeightWidth + ((InSigned != 0) ? 0 : 1) + ((WeightSigned != 0) ? 0 : 1);
  localparam int DotWidth     = ProductWidth + $clog2(InPar);
  localparam int SumWidth     = ProductWidth + $clog2(InFeatures) + ProductPad;
  localparam int BaseWidth    = BiasWidth + ((BiasSigned != 0) ? 0 : 1) + BiasPad;
  localparam int AccWidth     = (HasBias == 0) ? SumWidth : ((SumWidth > BaseWidth) ? SumWidth : BaseWidth) + 1;

  localparam int InIndexWidth  = (InDepth > 1) ? $clog2(InDepth) : 1;
  localparam int OutIndexWidth = (OutDepth > 1) ? $clog2(OutDepth) : 1;

  logic [RowPar*InPar*InWidth-1:0]     x;
  logic                                x_valid;
  logic                                x_ready;
  logic [OutPar*InPar*WeightWidth-1:0] w;
  logic                                w_valid;
  logic                                w_ready;
  logic [OutPar*BiasWidth-1:0]         b;
  logic                                b_valid;
  logic                                b_ready;

  // Inputs repeat only where several output blocks read the same ones.
  if (InputMajor == 0 && OutDepth > 1) begin : gen_repeat
    mase_repeat_buffer #(
      .Width(RowPar * InPar * InWidth),
      .Size(InDepth),
      .Repeat(OutDepth)
    ) u_repeat (
      .clk,
      .rst,
      .data_in,
      .data_in_valid,
      .data_in_ready,
      .data_out(x),
      .data_out_valid(x_valid),
      .data_out_ready(x_ready)
    );
  end else begin : gen_direct
    assign x             = data_in;
    assign x_valid       = data_in_valid;
    assign data_in_ready = x_ready;
  end

  if (WeightReplay != 0 && RowDepth > 1) begin : gen_replay_weight
    mase_repeat_buffer #(
      .Width(OutPar * InPar * WeightWidth),
      .Size(InDepth * OutDepth),
      .Repeat(RowDepth)
    ) u_replay (
      .clk,
      .rst,
      .data_in(weight),
      .data_in_valid(weight_valid),
      .data_in_ready(weight_ready),
      .data_out(w),
      .data_out_valid(w_valid),
      .data_out_ready(w_ready)
    );
  end else begin : gen_direct_weight
    assign w            = weight;
    assign w_valid      = weight_valid;
    assign weight_ready = w_ready;
  end

  if (HasBias == 0) begin : gen_no_bias
    // Ready, so that a source that is connected all the same cannot stall whoever feeds it.
    logic unused;
    assign unused     = ^{bias, bias_valid, b_ready};
    assign b          = '0;
    assign b_valid    = 1'b1;
    assign bias_ready = 1'b1;
  end else if (WeightReplay != 0 && RowDepth > 1) begin : gen_replay_bias
    mase_repeat_buffer #(
      .Width(OutPar * BiasWidth),
      .Size(OutDepth),
      .Repeat(RowDepth)
    ) u_replay (
      .clk,
      .rst,
      .data_in(bias),
      .data_in_valid(bias_valid),
      .data_in_ready(bias_ready),
      .data_out(b),
      .data_out_valid(b_valid),
      .data_out_ready(b_ready)
    );
  end else begin : gen_direct_bias
    assign b          = bias;
    assign b_valid    = bias_valid;
    assign bias_ready = b_ready;
  end

  // Which tile comes next.
  logic [InIndexWidth-1:0]  in_index;
  logic [OutIndexWidth-1:0] out_index;
  logic                     first_in;
  logic                     last_in;
  logic                     last_out;
  logic                     tile_valid;
  logic                     tile_ready;
  logic                     tile;

  assign first_in   = in_index == '0;
  assign last_in    = in_index == InIndexWidth'(InDepth - 1);
  assign last_out   = out_index == OutIndexWidth'(OutDepth - 1);
  assign tile_valid = x_valid && w_valid && (b_valid || !first_in);
  assign tile       = tile_valid && tile_ready;
  assign x_ready    = tile && (InputMajor == 0 || last_out);
  assign w_ready    = tile;
  assign b_ready    = tile && first_in;

  always_ff @(posedge clk) begin
    if (rst) begin
      in_index  <= '0;
      out_index <= '0;
    end else if (tile) begin
      if (InputMajor == 0 || last_out) in_index <= last_in ? '0 : in_index + 1'b1;
      if (InputMajor != 0 || last_in) out_index <= last_out ? '0 : out_index + 1'b1;
    end
  end

  // First register: the dot products of one tile, and the bias that starts their sums.
  logic [Sums*DotWidth-1:0]    dots;
  logic [Sums*DotWidth-1:0]    dots_q;
  logic [OutPar*BiasWidth-1:0] bias_q;
  logic [OutIndexWidth-1:0]    bank_q;
  logic                        first_q;
  logic                        last_q;
  logic                        dots_valid;
  logic                        dots_ready;

  for (genvar o = 0; o < OutPar; o++) begin : gen_out
    // The weights of one output, gathered from the tile.
    logic [InPar*WeightWidth-1:0] w_row;
    for (genvar i = 0; i < InPar; i++) begin : gen_in
      localparam int Lane = (InputMajor != 0) ? i * OutPar + o : o * InPar + i;
      assign w_row[i*WeightWidth +: WeightWidth] = w[Lane*WeightWidth +: WeightWidth];
    end
    for (genvar r = 0; r < RowPar; r++) begin : gen_row
      mase_dot_product #(
        .Lanes(InPar),
        .AWidth(InWidth),
        .ASigned(InSigned),
        .BWidth(WeightWidth),
        .BSigned(WeightSigned),
        .OutWidth(DotWidth)
      ) u_dot (
        .a(x[r*InPar*InWidth +: InPar*InWidth]),
        .b(w_row),
        .data_out(dots[(r*OutPar + o)*DotWidth +: DotWidth])
      );
    end
  end

  assign tile_ready = !dots_valid || dots_ready;

  always_ff @(posedge clk) begin
    if (rst) dots_valid <= 1'b0;
    else if (tile_ready) dots_valid <= tile_valid;
  end

  always_ff @(posedge clk) begin
    if (tile_ready) begin
      dots_q  <= dots;
      bias_q  <= b;
      bank_q  <= out_index;
      first_q <= first_in;
      last_q  <= last_in;
    end
  end

  // Second register: the sums. Unfinished ones wait in their bank, finished ones leave.
  logic [Sums*AccWidth-1:0] acc;
  logic [Sums*AccWidth-1:0] next_acc;
  logic [Sums*AccWidth-1:0] sums_q;
  logic                     sums_valid;
  logic                     sums_ready;
  logic                     accumulate;

  for (genvar s = 0; s < Sums; s++) begin : gen_sum
    logic [AccWidth-1:0] start;
    logic [AccWidth-1:0] dot;
    if (HasBias != 0) begin : gen_bias
      localparam int Lane = s % OutPar;
      logic [AccWidth-1:0] start_code;
      assign start_code = {{(AccWidth - BiasWidth){(BiasSigned != 0) && bias_q[Lane*BiasWidth + BiasWidth - 1]}},
                           bias_q[Lane*BiasWidth +: BiasWidth]};
      assign start = start_code << BiasPad;
    end else begin : gen_zero
      assign start = '0;
    end
    if (AccWidth > DotWidth) begin : gen_extend
      assign dot = {{(AccWidth - DotWidth){dots_q[s*DotWidth + DotWidth - 1]}}, dots_q[s*DotWidth +: DotWidth]};
    end else begin : gen_as_is
      assign dot = dots_q[s*DotWidth +: DotWidth];
    end
    assign next_acc[s*AccWidth +: AccWidth] = (first_q ? start : acc[s*AccWidth +: AccWidth]) + (dot << ProductPad);
  end

  assign dots_ready = !last_q || !sums_valid || sums_ready;
  assign accumulate = dots_valid && dots_ready;

  if (InDepth == 1) begin : gen_no_bank
    // Every tile starts and finishes its sums.
    assign acc = '0;
  end else if (Banks == 1) begin : gen_one_bank
    always_ff @(posedge clk) begin
      if (accumulate) acc <= next_acc;
    end
  end else begin : gen_banks
    logic [Sums*AccWidth-1:0] banks [0:Banks-1];
    assign acc = banks[bank_q];
    always_ff @(posedge clk) begin
      if (accumulate) banks[bank_q] <= next_acc;
    end
  end

  always_ff @(posedge clk) begin
    if (rst) sums_valid <= 1'b0;
    else if (!sums_valid || sums_ready) sums_valid <= dots_valid && last_q;
  end

  always_ff @(posedge clk) begin
    if (accumulate && last_q) sums_q <= next_acc;
  end

  // Third register: the results.
  logic [Sums*OutWidth-1:0] results;

  mase_cast #(
    .Lanes(Sums),
    .InWidth(AccWidth),
    .InFrac(AccFrac),
    .InSigned(1),
    .OutWidth(OutWidth),
    .OutFrac(OutFrac),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Overflow(Overflow)
  ) u_cast (
    .data_in(sums_q),
    .data_out(results)
  );

  mase_register_slice #(
    .Width(Sums * OutWidth)
  ) u_out (
    .clk,
    .rst,
    .data_in(results),
    .data_in_valid(sums_valid),
    .data_in_ready(sums_ready),
    .data_out,
    .data_out_valid,
    .data_out_ready
  );

`ifndef SYNTHESIS
  initial begin
    if (InPar < 1 || InFeatures % InPar != 0)
      $fatal(1, "mase_linear: InPar %0d does not divide InFeatures %0d", InPar, InFeatures);
    if (OutPar < 1 || OutFeatures % OutPar != 0)
      $fatal(1, "mase_linear: OutPar %0d does not divide OutFeatures %0d", OutPar, OutFeatures);
    if (RowPar < 1 || Rows % RowPar != 0)
      $fatal(1, "mase_linear: RowPar %0d does not divide Rows %0d", RowPar, Rows);
  end
`endif

endmodule
