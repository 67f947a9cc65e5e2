// Writes SVG elements; coordinates with two decimals, so that equal figures are equal files.
#include "svg.h"

#include <mase/text.h>

namespace mase::report {
namespace {

std::string points_text(const Svg::Line& points) {
  std::string text;
  for (const auto& [x, y] : points) text += format("{}{:.2f},{:.2f}", text.empty() ? "" : " ", x, y);
  return text;
}

std::string closed(std::string_view name, std::string_view tip) {
  return tip.empty() ? "/>\n" : format("><title>{}</title></{}>\n", escape(tip), name);
}

}  // namespace

Svg::Svg(double width, double height) {
  text_ = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\" "
      "font-family=\"system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif\" font-size=\"12\" "
      "fill=\"#333\">\n"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
      width, height);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  text_ += format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" {}/>\n", x1, y1, x2, y2, style);
}

void Svg::rect(double x, double y, double width, double height, std::string_view style, std::string_view tip) {
  text_ += format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" {}{}", x, y, width, height, style,
                  closed("rect", tip));
}

void Svg::circle(double x, double y, double radius, std::string_view style, std::string_view tip) {
  text_ += format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" {}{}", x, y, radius, style, closed("circle", tip));
}

void Svg::polyline(const Line& points, std::string_view style) {
  text_ += format("<polyline points=\"{}\" fill=\"none\" {}/>\n", points_text(points), style);
}

void Svg::polygon(const Line& points, std::string_view style) {
  text_ += format("<polygon points=\"{}\" {}/>\n", points_text(points), style);
}

void Svg::text(double x, double y, std::string_view text, std::string_view style) {
  text_ += format("<text x=\"{:.2f}\" y=\"{:.2f}\" {}>{}</text>\n", x, y, style, escape(text));
}

void Svg::open_group(std::string_view style) { text_ += format("<g {}>\n", style); }
void Svg::close_group() { text_ += "</g>\n"; }
std::string Svg::finish() { return text_ + "</svg>\n"; }

std::string escape(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (code < 0x20 && c != '\t')
      safe += ' ';  // XML has no place for control characters
    else
      safe += c;
  }
  return safe;
}

double text_width(std::string_view text, double size) {
  double width = 0;
  for (const char c : text) {
    if ((c & 0xC0) == 0x80) continue;  // the rest of a UTF-8 character
    const std::string_view one(&c, 1);
    width += std::string_view("iljtfrI.,:;|!'()[] ").find(one) != std::string_view::npos ? 0.36
             : std::string_view("mwMW@%").find(one) != std::string_view::npos            ? 0.92
                                                                                         : 0.6;
  }
  return width * size;
}

}  // namespace mase::report
