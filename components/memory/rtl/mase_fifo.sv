// First-in first-out buffer of any depth: a RAM with registered read, whose output register is one place more.
//
// Holds Depth + 1 beats. Ready and valid come from registers. Depth 1 is a skid buffer, because a RAM of one
// word cannot be filled and emptied in the same cycle.
module mase_fifo #(
  parameter int Width = 8,
  parameter int Depth = 16
) (
  input  logic             clk,
  input  logic             rst,
  input  logic [Width-1:0] data_in,
  input  logic             data_in_valid,
  output logic             data_in_ready,
  output logic [Width-1:0] data_out,
  output logic             data_out_valid,
  input  logic             data_out_ready
);

  if (Depth == 1) begin : gen_skid
    mase_skid_buffer #(
      .Width(Width)
    ) u_skid (
      .clk,
      .rst,
      .data_in,
      .data_in_valid,
      .data_in_ready,
      .data_out,
      .data_out_valid,
      .data_out_ready
    );
  end else begin : gen_ram
    localparam int AddrWidth  = $clog2(Depth);
    localparam int CountWidth = $clog2(Depth + 1);
    localparam logic [AddrWidth-1:0] LastAddr = AddrWidth'(Depth - 1);

    logic [Width-1:0]      mem [0:Depth-1];
    logic [AddrWidth-1:0]  write_addr;
    logic [AddrWidth-1:0]  read_addr;
    logic [CountWidth-1:0] count;
    logic                  write;
    logic                  read;

    assign data_in_ready = count != CountWidth'(Depth);
    assign write         = data_in_valid && data_in_ready;
    assign read          = count != '0 && (!data_out_valid || data_out_ready);

    always_ff @(posedge clk) begin
      if (rst) begin
        write_addr     <= '0;
        read_addr      <= '0;
        count          <= '0;
        data_out_valid <= 1'b0;
      end else begin
        if (write) write_addr <= (write_addr == LastAddr) ? '0 : write_addr + 1'b1;
        if (read) read_addr <= (read_addr == LastAddr) ? '0 : read_addr + 1'b1;
        if (write && !read) count <= count + 1'b1;
        if (read && !write) count <= count - 1'b1;
        data_out_valid <= read || (data_out_valid && !data_out_ready);
      end
    end

    always_ff @(posedge clk) begin
      if (write) mem[write_addr] <= data_in;
      if (read) data_out <= mem[read_addr];
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (Width < 1) $fatal(1, "mase_fifo: Width is %0d, expected at least 1", Width);
    if (Depth < 1) $fatal(1, "mase_fifo: Depth is %0d, expected at least 1", Depth);
  end
`endif

endmodule
