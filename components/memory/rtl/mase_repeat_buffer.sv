// Delivers every frame of Size beats Repeat times; the next frame is taken in meanwhile.
//
// The RAM holds two frames: while one is repeated the other arrives, so neither side waits for the other at a
// frame's end. The first pass follows the input beat by beat; it does not wait for the whole frame.
module mase_repeat_buffer #(
  parameter int Width  = 8,
  parameter int Size   = 4,
  parameter int Repeat = 2
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

  localparam int Depth       = 2 * Size;
  localparam int AddrWidth   = $clog2(Depth);
  localparam int CountWidth  = $clog2(Depth + 1);
  localparam int RepeatWidth = (Repeat > 1) ? $clog2(Repeat) : 1;
  localparam logic [AddrWidth-1:0] LastAddr = AddrWidth'(Depth - 1);

  logic [Width-1:0]       mem [0:Depth-1];
  logic [AddrWidth-1:0]   write_addr;
  logic [AddrWidth-1:0]   frame_addr;
  logic [AddrWidth-1:0]   read_addr;
  logic [CountWidth-1:0]  count;   // beats written and not yet given up
  logic [CountWidth-1:0]  offset;  // beats of this pass already read
  logic [RepeatWidth-1:0] pass;
  logic                   last_pass;
  logic                   last_beat;
  logic                   present;
  logic                   write;
  logic                   read;
  logic                   free;
  logic [AddrWidth-1:0]   next_addr;

  assign last_pass = pass == RepeatWidth'(Repeat - 1);
  assign last_beat = offset == CountWidth'(Size - 1);
  assign next_addr = (read_addr == LastAddr) ? '0 : read_addr + 1'b1;

  // The last pass gives its beats up one by one, so there count is relative to the beat being read; before
  // that it is relative to the frame's first beat.
  assign present       = last_pass ? (count != '0) : (offset < count);
  assign data_in_ready = count != CountWidth'(Depth);
  assign write         = data_in_valid && data_in_ready;
  assign read          = present && (!data_out_valid || data_out_ready);
  assign free          = read && last_pass;

  always_ff @(posedge clk) begin
    if (rst) begin
      write_addr     <= '0;
      frame_addr     <= '0;
      read_addr      <= '0;
      count          <= '0;
      offset         <= '0;
      pass           <= '0;
      data_out_valid <= 1'b0;
    end else begin
      if (write) write_addr <= (write_addr == LastAddr) ? '0 : write_addr + 1'b1;
      if (write && !free) count <= count + 1'b1;
      if (free && !write) count <= count - 1'b1;
      if (read) begin
        offset    <= last_beat ? '0 : offset + 1'b1;
        read_addr <= (last_beat && !last_pass) ? frame_addr : next_addr;
        if (last_beat) pass <= last_pass ? '0 : pass + 1'b1;
        if (last_beat && last_pass) frame_addr <= next_addr;
      end
      data_out_valid <= read || (data_out_valid && !data_out_ready);
    end
  end

  always_ff @(posedge clk) begin
    if (write) mem[write_addr] <= data_in;
    if (read) data_out <= mem[read_addr];
  end

`ifndef SYNTHESIS
  initial begin
    if (Width < 1) $fatal(1, "mase_repeat_buffer: Width is %0d, expected at least 1", Width);
    if (Size < 1) $fatal(1, "mase_repeat_buffer: Size is %0d, expected at least 1", Size);
    if (Repeat < 1) $fatal(1, "mase_repeat_buffer: Repeat is %0d, expected at least 1", Repeat);
  end
`endif

endmodule
