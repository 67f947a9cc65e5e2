// Templates to values: references followed, text filled in, domains replaced by what was chosen.
#include <cmath>
#include <cstdlib>
#include <utility>

#include "mase/text.h"
#include "scope.h"
#include "text_parts.h"

namespace mase {
namespace {

constexpr size_t kMostValues = 200000;  // a few params that name each other twice would be millions
constexpr int kMostHops = 100;          // from name to name
constexpr size_t kLongestText = 1u << 20;

class Resolver {
 public:
  Resolver(const Assignment* assignment, const std::string& path) : assignment_(assignment), path_(path) {}

  Value value(const Template& t, View view, bool top = false) {
    if (++values_ > kMostValues) throw Error(format("this stands for more than {} values", kMostValues), t.loc);
    switch (t.kind) {
      case Template::Kind::scalar:
        return t.scalar;
      case Template::Kind::text:
        return text(t, view);
      case Template::Kind::list:
        return list(t, view);
      case Template::Kind::map:
        return map(t, view, top);
      case Template::Kind::reference:
        return reference(t, view, top);
      case Template::Kind::domain:
        return domain(t, view);
    }
    return {};
  }

  std::string filled(const std::string& raw, const Loc& loc, View view) {
    std::string out;
    for (const TextPart& part : text_parts(raw, loc)) {
      if (part.kind == TextPart::Kind::literal) out += part.text;
      if (part.kind == TextPart::Kind::environment) out += environment(part.text, loc);
      if (part.kind == TextPart::Kind::name) out += inside_text(part.text, loc, view);
      if (out.size() > kLongestText) throw Error(format("this text has more than {} bytes", kLongestText), loc);
    }
    return out;
  }

 private:
  // Extends the parameter path for the time of one call. Without an assignment nobody asks for it.
  class Extended {
   public:
    Extended(Resolver& r, std::string_view key) : r_(r), before_(r.path_.size()) {
      if (!r.assignment_ || key.empty()) return;
      if (!r.path_.empty() && r.path_.back() != '/') r.path_ += '.';
      r.path_ += key;
    }
    ~Extended() { r_.path_.resize(before_); }
    Extended(const Extended&) = delete;
    Extended& operator=(const Extended&) = delete;

   private:
    Resolver& r_;
    size_t before_;
  };

  static std::string environment(const std::string& name, const Loc& loc) {
    const char* value = std::getenv(name.c_str());
    if (!value) throw Error("the environment variable '" + name + "' is not set", loc);
    return value;
  }

  std::string inside_text(const std::string& name, const Loc& loc, View view) {
    const auto found = find_name(view, name);
    if (!found) throw unknown_reference(name, loc, view);
    const Value v = named(*found, name);
    if (v.is_list() || v.is_map())
      throw Error(format("'{}' is {}, it cannot stand inside text", name, v.type_name()), loc);
    return v.is_string() ? v.as_string() : v.is_null() ? std::string() : v.json();
  }

  Value text(const Template& t, View view) {
    Value v = filled(t.scalar.as_string(), t.loc, view);
    v.loc = t.loc;
    return v;
  }

  Value named(const Found& found, const std::string& name, bool top = false) {
    if (++hops_ > kMostHops)
      throw Error(format("'${}' leads through more than {} names", name, kMostHops), found.value->loc);
    std::string outside;
    const bool own_name = assignment_ && found.scope->domains;  // wherever a named domain is used
    if (own_name) outside = std::exchange(path_, name);
    Value v = value(*found.value, found.view, top && !own_name);
    if (own_name) path_ = std::move(outside);
    --hops_;
    return v;
  }

  Value reference(const Template& t, View view, bool top) {
    const auto found = find_name(view, t.name);
    if (!found) throw unknown_reference(t.name, t.loc, view);
    return named(*found, t.name, top);
  }

  Value list(const Template& t, View view) {
    List items;
    items.reserve(t.items.size());
    for (size_t i = 0; i < t.items.size(); ++i) {
      const Extended step(*this, assignment_ ? std::to_string(i) : std::string());
      items.push_back(value(t.items[i], view));
    }
    Value v = std::move(items);
    v.loc = t.loc;
    return v;
  }

  Value map(const Template& t, View view, bool top) {
    const bool component = !top && is_use_map(t);
    Map entries;
    for (const Template::Entry& e : t.entries) {
      const Extended step(*this, component ? std::string_view() : std::string_view(e.key));
      entries.set(e.key, value(e.value, view, component), e.key_loc);
    }
    Value v = std::move(entries);
    v.loc = t.loc;
    return v;
  }

  Value domain(const Template& t, View view) {
    const DomainSpec& spec = *t.domain;
    if (!assignment_)
      throw Error("a domain can stand only inside a search", t.loc, "or, if it is discrete, under a sweep's 'over'");
    const double chosen = assignment_->value(spec, path_);
    Value v;
    if (spec.kind == DomainSpec::Kind::choice) {
      v = option(spec, chosen, view);
    } else if (spec.kind == DomainSpec::Kind::integer) {
      v = static_cast<int64_t>(std::llround(chosen));
    } else {
      v = chosen;
    }
    if (spec.kind != DomainSpec::Kind::choice) v.loc = t.loc;
    return v;
  }

  Value option(const DomainSpec& spec, double chosen, View view) {
    const Options options = options_of(spec, view);
    const size_t index = static_cast<size_t>(chosen);
    if (!(chosen >= 0) || index >= options.items->size()) throw Error("no such option of this choice", spec.loc);
    const Template& picked = (*options.items)[index];
    if (picked.kind == Template::Kind::scalar) return picked.scalar;
    if (index < spec.tags.size()) {
      const Extended step(*this, spec.tags[index]);
      return value(picked, options.view);
    }
    const Extended step(*this, option_tags(*options.items, option_labels(*options.items)).at(index));
    return value(picked, options.view);
  }

  const Assignment* assignment_;
  std::string path_;
  size_t values_ = 0;
  int hops_ = 0;
};

}  // namespace

Value resolve(const Template& t, const Scope& scope, const Assignment* assignment, const std::string& path) {
  return Resolver(assignment, path).value(t, {&scope}, true);
}

Value resolve_in(const Template& t, View view) { return Resolver(nullptr, {}).value(t, view, true); }

std::string resolve_text(const std::string& text, Loc loc, const Scope& scope) {
  return Resolver(nullptr, {}).filled(text, loc, {&scope});
}

}  // namespace mase
