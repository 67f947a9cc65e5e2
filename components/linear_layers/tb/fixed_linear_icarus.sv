// fixed_linear and fixed_relu under Icarus: four-state values and unpacked ports, one tensor with known results.
module fixed_linear_icarus;

  logic            clk = 1'b0;
  logic            rst = 1'b1;
  logic [7:0]      x[3:0];
  logic            x_ready;
  wire logic [7:0] weight[15:0];
  logic            weight_ready;
  wire logic [7:0] bias[3:0];
  logic            bias_ready;
  wire logic [7:0] hidden[3:0];
  logic            hidden_valid;
  logic            hidden_ready;
  wire logic [7:0] y[3:0];
  logic            y_valid;

  // Rows as in a memory image: element 0 most significant.
  logic [127:0] weight_rows[0:1];
  logic [31:0]  bias_rows[0:1];
  logic [31:0]  expected[0:1];
  logic         row     = 1'b0;
  integer       results = 0;
  integer       errors  = 0;

  initial begin
    weight_rows[0] = 128'h0002fdfdfe0100030001fffffcfdfe00;
    weight_rows[1] = 128'h0202fdfe0103ff03ff0004fcfdfffe03;
    bias_rows[0]   = 32'hfdfefdfc;
    bias_rows[1]   = 32'hfe030202;
    expected[0]    = 32'h02000000;
    expected[1]    = 32'h060c0000;
    {x[3], x[2], x[1], x[0]} = 32'h0810f804;
  end

  wire logic [127:0] weight_row = weight_rows[row];
  wire logic [31:0]  bias_row   = bias_rows[row];
  for (genvar i = 0; i < 16; i++) begin : gen_weight
    assign weight[i] = weight_row[i*8 +: 8];
  end
  for (genvar i = 0; i < 4; i++) begin : gen_bias
    assign bias[i] = bias_row[i*8 +: 8];
  end

  fixed_linear #(
    .DATA_IN_0_PRECISION_0(8),
    .DATA_IN_0_TENSOR_SIZE_DIM_0(4),
    .DATA_IN_0_TENSOR_SIZE_DIM_1(1),
    .DATA_IN_0_PARALLELISM_DIM_1(1),
    .WEIGHT_PRECISION_0(8),
    .WEIGHT_TENSOR_SIZE_DIM_0(4),
    .WEIGHT_TENSOR_SIZE_DIM_1(8),
    .BIAS_PRECISION_0(8),
    .DATA_OUT_0_PRECISION_0(8),
    .DATA_OUT_0_PRECISION_1(3)
  ) u_linear (
    .clk(clk),
    .rst(rst),
    .data_in_0(x),
    .data_in_0_valid(1'b1),
    .data_in_0_ready(x_ready),
    .weight(weight),
    .weight_valid(1'b1),
    .weight_ready(weight_ready),
    .bias(bias),
    .bias_valid(1'b1),
    .bias_ready(bias_ready),
    .data_out_0(hidden),
    .data_out_0_valid(hidden_valid),
    .data_out_0_ready(hidden_ready)
  );

  fixed_relu #(
    .DATA_IN_0_PARALLELISM_DIM_0(4),
    .DATA_OUT_0_PARALLELISM_DIM_0(4)
  ) u_relu (
    .clk(clk),
    .rst(rst),
    .data_in_0(hidden),
    .data_in_0_valid(hidden_valid),
    .data_in_0_ready(hidden_ready),
    .data_out_0(y),
    .data_out_0_valid(y_valid),
    .data_out_0_ready(1'b1)
  );

  always #5 clk = !clk;

  always @(posedge clk) begin
    if (!rst && weight_ready) row <= !row;
    if (!rst && y_valid === 1'b1) begin
      if ({y[3], y[2], y[1], y[0]} !== expected[results % 2]) begin
        $display("FAIL beat %0d is %h, expected %h", results, {y[3], y[2], y[1], y[0]}, expected[results % 2]);
        errors = errors + 1;
      end
      results = results + 1;
      if (results == 8) begin
        if (errors == 0) $display("PASS");
        $finish;
      end
    end
  end

  initial begin
    #22 rst = 1'b0;
    #1000 $display("FAIL %0d of 8 beats came", results);
    $finish;
  end

endmodule
