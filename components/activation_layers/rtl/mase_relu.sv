// max(0, x) in every lane, cast to the output format. Combinational.
module mase_relu #(
  parameter int Lanes     = 1,
  parameter int InWidth   = 8,
  parameter int InFrac    = 3,
  parameter int InSigned  = 1,
  parameter int OutWidth  = 8,
  parameter int OutFrac   = 3,
  parameter int OutSigned = 1,
  parameter int Rounding  = 0,  // as in mase_cast
  parameter int Overflow  = 0   // as in mase_cast
) (
  input  logic [Lanes*InWidth-1:0]  data_in,
  output logic [Lanes*OutWidth-1:0] data_out
);

  logic [Lanes*InWidth-1:0] rectified;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign rectified[i*InWidth +: InWidth] =
        (InSigned != 0 && data_in[i*InWidth + InWidth - 1]) ? {InWidth{1'b0}} : data_in[i*InWidth +: InWidth];
  end

  mase_cast #(
    .Lanes(Lanes),
    .InWidth(InWidth),
    .InFrac(InFrac),
    .InSigned(InSigned),
    .OutWidth(OutWidth),
    .OutFrac(OutFrac),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Overflow(Overflow)
  ) u_cast (
    .data_in(rectified),
    .data_out
  );

endmodule
