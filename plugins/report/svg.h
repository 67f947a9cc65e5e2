// An SVG document as text, shape by shape.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mase::report {

class Svg {
 public:
  Svg(double width, double height);
  using Line = std::vector<std::pair<double, double>>;

  // `style` is a list of attributes as they stand in the document: stroke="#ccc".
  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void rect(double x, double y, double width, double height, std::string_view style, std::string_view tip = {});
  void circle(double x, double y, double radius, std::string_view style, std::string_view tip = {});
  void polyline(const Line& points, std::string_view style);
  void polygon(const Line& points, std::string_view style);
  void text(double x, double y, std::string_view text, std::string_view style);
  void open_group(std::string_view style);
  void close_group();
  std::string finish();

 private:
  std::string text_;
};

std::string escape(std::string_view text);
double text_width(std::string_view text, double size);  // about, in a sans-serif face

}  // namespace mase::report
