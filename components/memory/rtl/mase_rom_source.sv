// A stream that reads a memory image from its first row to its last, again and again.
//
// One row is one beat. The read is registered and runs ahead by one row, so valid rises one cycle after reset
// without waiting for ready and stays high.
module mase_rom_source #(
  parameter     MemFile = "",  // for $readmemh: one hexadecimal number of Width bits per row, Depth rows
  parameter int Width   = 8,
  parameter int Depth   = 4
) (
  input  logic             clk,
  input  logic             rst,
  output logic [Width-1:0] data_out,
  output logic             data_out_valid,
  input  logic             data_out_ready
);

  localparam int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1;

  logic [Width-1:0]     mem [0:Depth-1];
  logic [AddrWidth-1:0] addr;
  logic                 read;

  initial $readmemh(MemFile, mem);

  assign read = !data_out_valid || data_out_ready;

  always_ff @(posedge clk) begin
    if (rst) begin
      addr           <= '0;
      data_out_valid <= 1'b0;
    end else if (read) begin
      addr           <= (addr == AddrWidth'(Depth - 1)) ? '0 : addr + 1'b1;
      data_out_valid <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (read) data_out <= mem[addr];
  end

`ifndef SYNTHESIS
  initial begin
    if (Width < 1) $fatal(1, "mase_rom_source: Width is %0d, expected at least 1", Width);
    if (Depth < 1) $fatal(1, "mase_rom_source: Depth is %0d, expected at least 1", Depth);
  end
`endif

endmodule
