// Mutations of recipes, from a seed.
#include "mutator.h"

#include <algorithm>

namespace mase {
namespace {

using Span = std::pair<size_t, size_t>;

bool word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$' || c == '-';
}

// Words and single marks, as places in the text.
std::vector<Span> token_spans(const std::string& text) {
  std::vector<Span> spans;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (word(text[i])) {
      while (end < text.size() && word(text[end])) ++end;
    }
    if (text[i] != ' ' && text[i] != '\n') spans.push_back({i, end - i});
    i = end;
  }
  return spans;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

const std::vector<std::string>& nasty() {
  static const std::vector<std::string> words = {"null",
                                                 "~",
                                                 "[]",
                                                 "{}",
                                                 "*a",
                                                 "&a ",
                                                 "!!int ",
                                                 "<<: ",
                                                 "-1",
                                                 "0",
                                                 "1e999",
                                                 ".nan",
                                                 ".inf",
                                                 "9223372036854775808",
                                                 "$epochs",
                                                 "$nobody",
                                                 "${epochs}",
                                                 "${env:HOME}",
                                                 "{$int: [0, 3]}",
                                                 "{$choice: []}",
                                                 "{$choice: [1, 2]}",
                                                 "{$float: [0, 1]}",
                                                 "\t",
                                                 "---\n",
                                                 "...\n",
                                                 "%",
                                                 "\"",
                                                 "'",
                                                 "yes",
                                                 "''",
                                                 "../",
                                                 "$",
                                                 "$$",
                                                 "{use: x.y}",
                                                 "? ",
                                                 "- ",
                                                 ": ",
                                                 "#",
                                                 "|",
                                                 ">",
                                                 "1.5",
                                                 "true",
                                                 "[[[[",
                                                 "\xC3\xA9",
                                                 "\xE2\x82",
                                                 "test",
                                                 "node",
                                                 "none",
                                                 "best",
                                                 "linear"};
  return words;
}

}  // namespace

void Mutator::bytes(std::string& text, uint64_t kind) {
  const size_t at = pick(text.size());
  if (kind == 0) text[at] = static_cast<char>(text[at] ^ (1 << random_.below(8)));
  if (kind == 1) text.insert(at, 1, static_cast<char>(random_.below(256)));
  if (kind == 2) text.erase(at, 1 + random_.below(3));
  if (kind == 3) text.resize(at);
}

void Mutator::tokens(std::string& text, uint64_t kind) {
  const auto spans = token_spans(text);
  if (spans.empty()) return;
  const Span one = spans[pick(spans.size())], other = spans[pick(spans.size())];
  const std::string there = text.substr(other.first, other.second);
  if (kind == 0) text.replace(one.first, one.second, there);
  if (kind == 1) text.erase(one.first, one.second);
  if (kind == 2) text.insert(one.first, there + " ");
  if (kind == 3) text.replace(one.first, one.second, nasty()[pick(nasty().size())]);
  if (kind == 4) text.insert(one.first, nasty()[pick(nasty().size())]);
}

void Mutator::lines(std::string& text, uint64_t kind) {
  auto lines = split_lines(text);
  if (lines.empty()) return;
  const size_t one = pick(lines.size()), other = pick(lines.size());
  const auto at = lines.begin() + static_cast<std::ptrdiff_t>(one);
  if (kind == 0) lines.erase(at);
  if (kind == 1) lines.insert(at, std::string(lines[other]));
  if (kind == 2) std::swap(lines[one], lines[other]);
  if (kind == 3) lines[one].insert(0, std::string(1 + random_.below(4), ' '));
  if (kind == 4) lines[one].erase(0, std::min(lines[one].find_first_not_of(' '), 1 + random_.below(4)));
  if (kind == 5) {  // a block, twice
    const size_t count = std::min<size_t>(1 + random_.below(8), lines.size() - one);
    const std::vector<std::string> block(at, at + static_cast<std::ptrdiff_t>(count));
    lines.insert(at, block.begin(), block.end());
  }
  text.clear();
  for (const std::string& line : lines) text += line;
}

void Mutator::once(std::string& text) {
  if (text.empty()) return;
  const uint64_t what = random_.below(16);
  if (what < 4) return bytes(text, what);
  if (what < 10) return tokens(text, random_.below(5));
  lines(text, what - 10);
}

std::string Mutator::mutate(const std::string& text) {
  std::string out = text;
  for (uint64_t n = 1 + random_.below(4); n > 0; --n) once(out);
  return out;
}

}  // namespace mase
