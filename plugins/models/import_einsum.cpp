// ImportBuilder: equations of Einstein sums in the products, sums and permutations that they stand for.
#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

// A value with a letter for each of its axes.
struct Term {
  Wire wire;
  std::string letters;
};

bool has_letter(const std::string& letters, char letter) { return letters.find(letter) != letters.npos; }

std::vector<std::string> parted(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

// "..." as one digit for each axis that it stands for, the last axis as 0.
bool write_out(std::string& letters, size_t axes) {
  const size_t at = letters.find("...");
  if (at == letters.npos) return true;
  if (axes > 10) return false;
  std::string digits;
  for (size_t i = axes; i > 0; --i) digits += static_cast<char>('0' + i - 1);
  letters.replace(at, 3, digits);
  return letters.find('.') == letters.npos;
}

bool is_simple(const std::string& letters) {
  return std::all_of(letters.begin(), letters.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) && std::count(letters.begin(), letters.end(), c) == 1;
  });
}

// The terms and the result's letters; nothing where an axis is repeated, or one element stands for many.
std::optional<std::pair<std::vector<Term>, std::string>> terms_of(const std::string& equation, const Wires& operands) {
  const size_t arrow = equation.find("->");
  const std::vector<std::string> inputs = parted(equation.substr(0, arrow));
  std::string result = arrow == equation.npos ? std::string() : equation.substr(arrow + 2);
  if (inputs.size() != operands.size()) return std::nullopt;
  std::vector<Term> terms;
  std::map<char, Size> sizes;
  size_t most = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Term term{operands[i], inputs[i]};
    if (!term.wire.usable()) return std::nullopt;
    const auto rank = static_cast<size_t>(term.wire.rank()), written = inputs[i].size();
    const bool is_open = inputs[i].find("...") != inputs[i].npos;
    if (is_open && written <= rank + 3) most = std::max(most, rank + 3 - written);
    if (!write_out(term.letters, written <= rank + 3 ? rank + 3 - written : 0) || !is_simple(term.letters) ||
        term.letters.size() != rank)
      return std::nullopt;
    for (size_t k = 0; k < rank; ++k)
      if (!sizes.try_emplace(term.letters[k], term.wire.size(static_cast<int64_t>(k))).second &&
          sizes.at(term.letters[k]) != term.wire.size(static_cast<int64_t>(k)))
        return std::nullopt;
    terms.push_back(std::move(term));
  }
  if (arrow == equation.npos) {
    std::map<char, int> counts;
    for (const Term& term : terms)
      for (const char c : term.letters) ++counts[c];
    for (size_t i = most; i > 0; --i) result += static_cast<char>('0' + i - 1);
    for (const auto& [letter, count] : counts)
      if (count == 1 && !std::isdigit(static_cast<unsigned char>(letter))) result += letter;
  } else if (!write_out(result, most)) {
    return std::nullopt;
  }
  if (!is_simple(result) || !std::all_of(result.begin(), result.end(), [&](char c) { return sizes.contains(c); }))
    return std::nullopt;
  return std::pair(std::move(terms), std::move(result));
}

class Contraction {
 public:
  Contraction(ImportBuilder& builder, std::string name) : builder_(builder), name_(std::move(name)) {}

  Term product(Term a, Term b, const std::string& result);
  // The sum over all letters but those of `keep`.
  Term only(const Term& term, const std::string& keep);
  // The letters in the order in which `order` has them, among others.
  Term arranged(const Term& term, const std::string& order);

 private:
  Term times(const Term& a, const Term& b, const std::string& result);
  Wire joined(const Term& term, const std::vector<std::string>& groups, size_t apart);
  std::string next() { return mase::format("{}_{}", name_, count_++); }
  static Size size_of(const Term& term, const std::string& letters) {
    Size size(1);
    for (const char c : letters)
      for (size_t at = 0; at < 2; ++at) size.at[at] *= one(term, c).at[at];
    return size;
  }
  static Size one(const Term& term, char letter) {
    return term.wire.size(static_cast<int64_t>(term.letters.find(letter)));
  }

  ImportBuilder& builder_;
  const std::string name_;
  int count_ = 0;
};

Term Contraction::arranged(const Term& term, const std::string& order) {
  Term result;
  std::vector<int64_t> axes;
  for (const char c : order)
    if (has_letter(term.letters, c)) axes.push_back(static_cast<int64_t>(term.letters.find(c))), result.letters += c;
  result.wire = builder_.permute(next(), term.wire, axes);
  return result;
}

Term Contraction::only(const Term& term, const std::string& keep) {
  std::vector<int64_t> gone;
  std::string rest;
  for (size_t i = 0; i < term.letters.size(); ++i)
    if (has_letter(keep, term.letters[i]))
      rest += term.letters[i];
    else
      gone.push_back(static_cast<int64_t>(i));
  Term sum{term.wire, rest};
  if (!gone.empty()) sum.wire = builder_.call(next(), "sum", {term.wire}, {{"dim", mase::Value(gone)}});
  return sum;
}

// Element by element, each axis where the result has it.
Term Contraction::times(const Term& a, const Term& b, const std::string& result) {
  Wires factors;
  for (const Term& term : {a, b}) {
    const Term in_order = arranged(only(term, result), result);
    Sizes sizes;
    for (const char c : result) sizes.push_back(has_letter(term.letters, c) ? one(term, c) : Size(1));
    factors.push_back(builder_.reshape(next(), in_order.wire, sizes));
  }
  return {builder_.binary(name_, "mul", factors[0], factors[1]), result};
}

// Each group of letters as one axis, the first `apart` letters as axes of their own.
Wire Contraction::joined(const Term& term, const std::vector<std::string>& groups, size_t apart) {
  std::string order;
  for (const std::string& group : groups) order += group;
  const Term in_order = arranged(term, order);
  Sizes sizes;
  for (size_t i = 0; i < apart; ++i) sizes.push_back(one(term, order[i]));
  for (const std::string& group : groups)
    if (&group != &groups[0] || apart == 0) sizes.push_back(size_of(term, group));
  return builder_.reshape(next(), in_order.wire, sizes);
}

Term Contraction::product(Term a, Term b, const std::string& result) {
  a = only(a, b.letters + result), b = only(b, a.letters + result);
  std::string both, left, right, inner;
  for (const char c : result) (has_letter(a.letters, c) ? has_letter(b.letters, c) ? both : left : right) += c;
  for (const char c : a.letters)
    if (!has_letter(result, c)) inner += c;
  if (inner.empty()) return times(a, b, result);
  if (both.empty() && a.wire.known()) return product(std::move(b), std::move(a), result);
  // A weight takes any number of axes before the last one; other matrices have the same axes before their last two.
  const bool is_weight = both.empty() && b.wire.known() && !left.empty();
  const std::string before = is_weight ? left : both;
  Sizes sizes;
  for (const char c : both + left) sizes.push_back(one(a, c));
  for (const char c : right) sizes.push_back(one(b, c));
  std::vector<std::string> rows{before, left, inner}, columns{both, inner, right};
  if (is_weight) rows.erase(rows.begin() + 1);
  const auto matrix = [&](const Term& term, std::vector<std::string> groups) {
    const size_t apart = groups[0].size();
    if (apart == 0) groups.erase(groups.begin());
    return joined(term, groups, apart);
  };
  const Wire y = builder_.matmul(name_, matrix(a, rows), matrix(b, columns));
  return arranged({builder_.reshape(name_ + "_axes", y, sizes), both + left + right}, result);
}

}  // namespace

Wire ImportBuilder::einsum(const std::string& name, const std::string& equation, const Wires& operands) {
  auto parsed = terms_of(equation, operands);
  const bool is_live = std::any_of(operands.begin(), operands.end(), [](const Wire& w) { return w.live(); });
  if (!parsed || !is_live) return call(name, "einsum", operands, {{"equation", equation}});
  auto& [terms, result] = *parsed;
  Term all = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    std::string later = result;
    for (size_t k = i + 1; k < terms.size(); ++k) later += terms[k].letters;
    std::string needed = i + 1 == terms.size() ? result : std::string();
    if (needed.empty())
      for (const char c : all.letters + terms[i].letters)
        if (has_letter(later, c) && !has_letter(needed, c)) needed += c;
    const std::string step = i + 1 == terms.size() ? name : mase::format("{}_{}", name, i);
    all = Contraction(*this, step).product(all, terms[i], needed);
  }
  if (terms.size() > 1) return all.wire;
  Contraction sum(*this, name);
  return sum.arranged(sum.only(all, result), result).wire;
}

}  // namespace models
