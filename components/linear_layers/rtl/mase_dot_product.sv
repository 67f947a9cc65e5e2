// Sum of the lane-wise products of two vectors, exact. Combinational.
//
// OutWidth must hold the sum: AWidth + BWidth + 2 + clog2(Lanes) bits always do.
module mase_dot_product #(
  parameter int Lanes    = 4,
  parameter int AWidth   = 8,
  parameter int ASigned  = 1,
  parameter int BWidth   = 8,
  parameter int BSigned  = 1,
  parameter int OutWidth = 20
) (
  input  logic [Lanes*AWidth-1:0] a,
  input  logic [Lanes*BWidth-1:0] b,
  output logic [OutWidth-1:0]     data_out
);

  // One bit more makes unsigned codes signed.
  localparam int ProductWidth = AWidth + BWidth + ((ASigned != 0) ? 0 : 1) + ((BSigned != 0) ? 0 : 1);

  logic [Lanes*ProductWidth-1:0] products;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    logic signed [ProductWidth-1:0] a_ext;
    logic signed [ProductWidth-1:0] b_ext;
    assign a_ext = {{(ProductWidth - AWidth){(ASigned != 0) && a[i*AWidth + AWidth - 1]}}, a[i*AWidth +: AWidth]};
    assign b_ext = {{(ProductWidth - BWidth){(BSigned != 0) && b[i*BWidth + BWidth - 1]}}, b[i*BWidth +: BWidth]};
    assign products[i*ProductWidth +: ProductWidth] = a_ext * b_ext;
  end

  always_comb begin
    data_out = '0;
    for (int i = 0; i < Lanes; i++) begin
      data_out = data_out + {{(OutWidth - ProductWidth){products[i*ProductWidth + ProductWidth - 1]}},
                             products[i*ProductWidth +: ProductWidth]};
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (OutWidth < ProductWidth) $fatal(1, "mase_dot_product: OutWidth is %0d, expected at least %0d", OutWidth, ProductWidth);
  end
`endif

endmodule
