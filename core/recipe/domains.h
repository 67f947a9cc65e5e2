// The space of a search: the domains of its steps as a sampler sees them, and the way back from a sampler's
// point to the domains in the template tree.
#pragma once
#include <functional>
#include <unordered_map>

#include "mase/sampler.h"
#include "recipe.h"

namespace mase {

class SearchSpace {
 public:
  Space space;
  // The index into space.domains, or -1. `path` is what resolve() says: the name, without a choice's ".use".
  int find(const DomainSpec& domain, std::string_view path) const;
  // The same parameter without step, node, `with` and component, for `require` and tables: "weight.width".
  const std::string& short_name(size_t index) const { return short_names_[index]; }

 private:
  friend class DomainCollector;
  struct Key {
    const DomainSpec* spec;
    std::string path;
  };
  struct KeyView {
    const DomainSpec* spec;
    std::string_view path;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const KeyView& k) const {
      return std::hash<std::string_view>{}(k.path) ^ (std::hash<const void*>{}(k.spec) >> 4);
    }
    size_t operator()(const Key& k) const { return (*this)(KeyView{k.spec, k.path}); }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return a.spec == b.spec && a.path == b.path;
    }
  };
  std::unordered_map<Key, int, Hash, Equal> index_;
  std::vector<std::string> short_names_;
};

// The names of the nodes that a step with `each: node` works on.
using NodesOfStep = std::function<std::vector<std::string>(const Step&)>;

// All domains in the order in which they stand: those of `space:`, then step by step. `scope` is the one
// around the search, to which scope_of_space() is the next inner one; `prefix` is "" or ends in '/'.
SearchSpace collect_domains(const Control& search, const Scope& scope, const NodesOfStep& nodes,
                            const std::string& prefix = {});

// What resolve() asks in a trial. Both must outlive it; domains of an outer search are asked of `outer`.
class PointAssignment final : public Assignment {
 public:
  PointAssignment(const SearchSpace& space, const Point& point, const Assignment* outer = nullptr)
      : space_(space), point_(point), outer_(outer) {}
  double value(const DomainSpec& domain, const std::string& path) const override;

 private:
  const SearchSpace& space_;
  const Point& point_;
  const Assignment* outer_;
};

}  // namespace mase
