// Lays a figure out and draws it: frame, grid, curves with their spread, legend.
#include <mase/text.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "axis.h"
#include "figure.h"
#include "svg.h"

namespace mase::report {
namespace {

// Ten colours that stay apart for most colour-blind readers and on grey paper.
constexpr const char* kColours[] = {"#3366cc", "#e8853b", "#2a9d6f", "#c8385a", "#8a5cc9",
                                    "#8c6d46", "#d86fb4", "#5f7480", "#a3a52b", "#27a9c4"};
constexpr double kPlotWidth = 600, kPlotHeight = 340, kLegendMost = 260, kLegendRow = 20;
constexpr double kSmall = 11, kNormal = 12;
constexpr size_t kMarkersUpTo = 40;

const char* colour(size_t curve) { return kColours[curve % std::size(kColours)]; }

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(double v) { low = std::min(low, v), high = std::max(high, v); }
};

std::string shortened(const std::string& text, double most) {
  std::string cut = text;
  while (!cut.empty() && text_width(cut + "…", kNormal) > most) {
    do cut.pop_back();
    while (!cut.empty() && (cut.back() & 0xC0) == 0x80);
  }
  return text_width(text, kNormal) <= most ? text : cut + "…";
}

class Drawing {
 public:
  explicit Drawing(const Figure& figure) : f_(figure) { lay_out(); }

  std::string run() {
    Svg svg(width_, height_);
    frame(svg);
    for (size_t c = 0; c < f_.curves.size(); ++c) {
      if (f_.kind == Kind::bars)
        bars(svg, c);
      else if (f_.kind == Kind::points)
        points(svg, c);
      else
        lines(svg, c);
    }
    legend(svg);
    return svg.finish();
  }

 private:
  void lay_out() {
    Range x, y;
    for (const Curve& curve : f_.curves)
      for (const Point& p : curve.points) x.add(p.x), y.add(p.low), y.add(p.high);
    if (f_.kind == Kind::bars) y.add(0);
    top_ = f_.title.empty() ? 20 : 48;
    bottom_ = top_ + kPlotHeight;
    y_ = make_axis(y.low, y.high, bottom_, top_, f_.log_y, 6, true);
    double labels = 0;
    for (const std::string& l : y_.labels) labels = std::max(labels, text_width(l, kSmall));
    left_ = 20 + labels + (f_.y_label.empty() ? 0 : 24);
    right_ = left_ + kPlotWidth;
    lay_out_x(x);
    double legend = 0;
    for (const Curve& c : f_.curves) legend = std::max(legend, text_width(c.label, kNormal));
    has_legend_ = f_.curves.size() > 1;
    width_ = right_ + 24 + (has_legend_ ? 36 + std::min(legend, kLegendMost) : 0);
    height_ = bottom_ + (slanted_ ? 30 + slant_room_ : 30) + (f_.x_label.empty() ? 0 : 22) + (f_.has_spread() ? 16 : 0);
    height_ = std::max(height_, top_ + kLegendRow * static_cast<double>(f_.curves.size()) + 20);
  }

  void lay_out_x(Range x) {
    const double inset = f_.kind == Kind::bars || !f_.categories.empty() ? 0 : 10;
    if (f_.categories.empty()) {
      x_ = make_axis(x.low, x.high, left_ + inset, right_ - inset, f_.log_x, 8, false);
      std::set<double> values;
      for (const Curve& curve : f_.curves)
        for (const Point& p : curve.points) values.insert(p.x);
      if (values.size() > 1)
        use_ticks(x_, {values.begin(), values.end()}, [](std::string_view label) { return text_width(label, kSmall); });
      return;
    }
    x_ = make_axis(f_.categories, left_, right_);
    for (std::string& l : x_.labels) l = shortened(l, 160);
    const double share = kPlotWidth / static_cast<double>(f_.categories.size());
    double longest = 0;
    for (const std::string& l : x_.labels) longest = std::max(longest, text_width(l, kSmall));
    slanted_ = longest > share - 6;
    slant_room_ = longest * 0.55;
  }

  void frame(Svg& svg) const {
    if (!f_.title.empty()) svg.text(left_, 28, f_.title, "font-size=\"16\" font-weight=\"600\" fill=\"#111\"");
    for (size_t i = 0; i < y_.ticks.size(); ++i) {
      const double y = y_.at(y_.ticks[i]);
      svg.line(left_, y, right_, y, "stroke=\"#e4e4e4\"");
      svg.text(left_ - 8, y + 4, y_.labels[i], "text-anchor=\"end\" font-size=\"11\" fill=\"#555\"");
    }
    svg.line(left_, bottom_, right_, bottom_, "stroke=\"#888\"");
    for (size_t i = 0; i < x_.ticks.size(); ++i) x_tick(svg, x_.at(x_.ticks[i]), x_.labels[i]);
    const double middle = (left_ + right_) / 2, label_y = bottom_ + (slanted_ ? 30 + slant_room_ : 30) + 14;
    if (!f_.x_label.empty()) svg.text(middle, label_y, f_.x_label, "text-anchor=\"middle\"");
    if (!f_.y_label.empty())
      svg.text(0, 0, f_.y_label,
               format("text-anchor=\"middle\" transform=\"translate(18 {:.2f}) rotate(-90)\"", (top_ + bottom_) / 2));
    if (f_.has_spread())
      svg.text(right_, height_ - 8, "mean ± standard deviation of the repeats",
               "text-anchor=\"end\" font-size=\"10\" fill=\"#888\"");
  }

  void x_tick(Svg& svg, double x, const std::string& label) const {
    svg.line(x, bottom_, x, bottom_ + 4, "stroke=\"#888\"");
    const std::string style = "font-size=\"11\" fill=\"#555\"";
    if (!slanted_) return svg.text(x, bottom_ + 18, label, style + " text-anchor=\"middle\"");
    svg.text(0, 0, label,
             format("{} text-anchor=\"end\" transform=\"translate({:.2f} {:.2f}) rotate(-35)\"", style, x + 4,
                    bottom_ + 16));
  }

  std::string x_name(double x) const {
    return f_.categories.empty() ? format("{:.6g}", x) : f_.categories[static_cast<size_t>(x)];
  }

  std::string tip(const Curve& curve, const Point& p) const {
    std::string text = format("{}: {} at {}", curve.label, format("{:.6g}", p.y), x_name(p.x));
    if (p.count > 1) text += format(" (± {:.3g}, {} repeats)", p.high - p.y, p.count);
    return text;
  }

  Svg::Line path_of(const Curve& curve, double Point::*value) const {
    Svg::Line path;
    for (const Point& p : curve.points) {
      const double x = x_.at(p.x), y = y_at(p.*value);
      if (f_.stairs && !path.empty()) path.emplace_back(x, path.back().second);
      path.emplace_back(x, y);
    }
    return path;
  }

  // A spread that reaches zero or below has no place on a logarithmic axis: cut at its end.
  double y_at(double value) const { return y_.at(f_.log_y ? std::max(value, y_.low) : value); }

  void lines(Svg& svg, size_t c) const {
    const Curve& curve = f_.curves[c];
    Svg::Line band = path_of(curve, &Point::high), low = path_of(curve, &Point::low);
    band.insert(band.end(), low.rbegin(), low.rend());
    if (f_.has_spread()) svg.polygon(band, format("fill=\"{}\" fill-opacity=\"0.14\"", colour(c)));
    svg.polyline(
        path_of(curve, &Point::y),
        format("stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-linecap=\"round\"", colour(c)));
    if (curve.points.size() > kMarkersUpTo) return;
    for (size_t i = 0; i < curve.points.size(); ++i) {
      const Point& p = curve.points[i];
      if (f_.stairs && i > 0 && p.y == curve.points[i - 1].y) continue;  // nothing new: the stair goes on
      svg.circle(x_.at(p.x), y_at(p.y), 3.2, format("fill=\"{}\" stroke=\"#fff\"", colour(c)), tip(curve, p));
    }
  }

  void points(Svg& svg, size_t c) const {
    const Curve& curve = f_.curves[c];
    for (const Point& p : curve.points) {
      const double x = x_.at(p.x);
      if (p.count > 1) error_bar(svg, x, p, colour(c));
      svg.circle(x, y_at(p.y), 4, format("fill=\"{}\" fill-opacity=\"0.75\" stroke=\"#fff\"", colour(c)),
                 tip(curve, p));
    }
  }

  void bars(Svg& svg, size_t c) const {
    const auto curves = static_cast<double>(f_.curves.size());
    const double share = kPlotWidth / static_cast<double>(f_.categories.size());
    const double width = std::min(share * 0.76 / curves, 60.0), gap = width > 6 ? 1 : 0;
    const double zero = y_at(f_.log_y ? y_.low : 0);
    for (const Point& p : f_.curves[c].points) {
      const double x = x_.at(p.x) + (static_cast<double>(c) - curves / 2) * width, y = y_at(p.y);
      svg.rect(x + gap, std::min(y, zero), width - 2 * gap, std::fabs(zero - y), format("fill=\"{}\"", colour(c)),
               tip(f_.curves[c], p));
      if (p.count > 1) error_bar(svg, x + width / 2, p, "#333");
    }
  }

  void error_bar(Svg& svg, double x, const Point& p, const char* stroke) const {
    const std::string style = format("stroke=\"{}\" stroke-width=\"1.2\"", stroke);
    svg.line(x, y_at(p.low), x, y_at(p.high), style);
    svg.line(x - 3, y_at(p.low), x + 3, y_at(p.low), style);
    svg.line(x - 3, y_at(p.high), x + 3, y_at(p.high), style);
  }

  void legend(Svg& svg) const {
    if (!has_legend_) return;
    const double x = right_ + 20;
    for (size_t c = 0; c < f_.curves.size(); ++c) {
      const double y = top_ + 10 + kLegendRow * static_cast<double>(c);
      const std::string fill = format("fill=\"{}\"", colour(c));
      if (f_.kind == Kind::lines)
        svg.line(x, y, x + 18, y, format("stroke=\"{}\" stroke-width=\"2.5\"", colour(c)));
      else if (f_.kind == Kind::points)
        svg.circle(x + 9, y, 4, fill);
      else
        svg.rect(x + 3, y - 6, 12, 12, fill);
      svg.text(x + 26, y + 4, shortened(f_.curves[c].label, kLegendMost), "fill=\"#333\"");
    }
  }

  const Figure& f_;
  Axis x_, y_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0, width_ = 0, height_ = 0;
  bool slanted_ = false, has_legend_ = false;
  double slant_room_ = 0;
};

}  // namespace

bool Figure::has_spread() const {
  for (const Curve& curve : curves)
    for (const Point& p : curve.points)
      if (p.count > 1) return true;
  return false;
}

std::string draw(const Figure& figure) { return Drawing(figure).run(); }

}  // namespace mase::report
