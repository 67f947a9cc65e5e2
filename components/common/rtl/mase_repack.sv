// Passes the same elements on in beats of another size; neither size need divide the other.
//
// The first element of a beat is its most significant one. Elements move in groups of the greatest common
// divisor of both sizes. The buffer has room for what makes the side with the smaller beats run every cycle
// without a path from one ready to the other.
module mase_repack #(
  parameter int Width    = 8,
  parameter int InLanes  = 4,
  parameter int OutLanes = 2
) (
  input  logic                      clk,
  input  logic                      rst,
  input  logic [InLanes*Width-1:0]  data_in,
  input  logic                      data_in_valid,
  output logic                      data_in_ready,
  output logic [OutLanes*Width-1:0] data_out,
  output logic                      data_out_valid,
  input  logic                      data_out_ready
);

  function automatic int gcd(input int a, input int b);
    int divisor;
    divisor = 1;
    for (int i = 2; i <= a; i++) begin
      if (a % i == 0 && b % i == 0) divisor = i;
    end
    gcd = divisor;
  endfunction

  if (InLanes == OutLanes) begin : gen_wires
    logic unused;
    assign unused         = clk ^ rst;
    assign data_out       = data_in;
    assign data_out_valid = data_in_valid;
    assign data_in_ready  = data_out_ready;
  end else begin : gen_buffer
    localparam int Lanes      = gcd(InLanes, OutLanes);
    localparam int GroupWidth = Lanes * Width;
    localparam int InGroups   = InLanes / Lanes;
    localparam int OutGroups  = OutLanes / Lanes;
    localparam int MinGroups  = (InGroups < OutGroups) ? InGroups : OutGroups;
    localparam int Capacity   = InGroups + OutGroups + MinGroups - 1;
    localparam int CountWidth = $clog2(Capacity + 1);

    // Group 0, the oldest, is the least significant here; groups beyond count are 0.
    logic [Capacity*GroupWidth-1:0] groups;
    logic [Capacity*GroupWidth-1:0] kept;
    logic [Capacity*GroupWidth-1:0] added;
    logic [InGroups*GroupWidth-1:0] arrived;
    logic [CountWidth-1:0]          count;
    logic [CountWidth-1:0]          kept_count;
    logic                           write;
    logic                           read;

    assign data_in_ready  = count <= CountWidth'(Capacity - InGroups);
    assign data_out_valid = count >= CountWidth'(OutGroups);
    assign write          = data_in_valid && data_in_ready;
    assign read           = data_out_valid && data_out_ready;

    for (genvar i = 0; i < InGroups; i++) begin : gen_in
      assign arrived[i*GroupWidth +: GroupWidth] = data_in[(InGroups-1-i)*GroupWidth +: GroupWidth];
    end
    for (genvar i = 0; i < OutGroups; i++) begin : gen_out
      assign data_out[(OutGroups-1-i)*GroupWidth +: GroupWidth] = groups[i*GroupWidth +: GroupWidth];
    end

    assign kept       = read ? groups >> (OutGroups * GroupWidth) : groups;
    assign kept_count = read ? count - CountWidth'(OutGroups) : count;

    // A multiplexer over the places where a beat can begin, cheaper than a shift by any number of bits.
    always_comb begin
      added = '0;
      for (int i = 0; i <= Capacity - InGroups; i++) begin
        if (kept_count == CountWidth'(i)) added[i*GroupWidth +: InGroups*GroupWidth] = arrived;
      end
    end

    always_ff @(posedge clk) begin
      if (rst) begin
        count  <= '0;
        groups <= '0;
      end else begin
        count  <= write ? kept_count + CountWidth'(InGroups) : kept_count;
        groups <= write ? kept | added : kept;
      end
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (Width < 1) $fatal(1, "mase_repack: Width is %0d, expected at least 1", Width);
    if (InLanes < 1) $fatal(1, "mase_repack: InLanes is %0d, expected at least 1", InLanes);
    if (OutLanes < 1) $fatal(1, "mase_repack: OutLanes is %0d, expected at least 1", OutLanes);
  end
`endif

endmodule
