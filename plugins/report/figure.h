// A figure: curves with their spread, and how they are to be drawn.
#pragma once
#include <string>
#include <vector>

namespace mase::report {

enum class Kind { lines, points, bars };

struct Point {
  double x = 0, y = 0;
  double low = 0, high = 0;  // mean less and plus the standard deviation
  int count = 1;             // values behind it
};

struct Curve {
  std::string label;
  std::vector<Point> points;  // by rising x
};

struct Figure {
  std::string title, x_label, y_label;
  Kind kind = Kind::lines;
  bool stairs = false;  // a running best holds until it is beaten
  bool log_x = false, log_y = false;
  std::vector<std::string> categories;  // names for x = 0, 1, ...; empty: x is a number
  std::vector<Curve> curves;

  bool has_spread() const;
};

std::string draw(const Figure& figure);  // an SVG document

}  // namespace mase::report
