"""ONNX's operators beside onnxruntime: a small model for each operator and form of it, run by both.

onnx and onnxruntime are installed by tools/ci-peers; without them nothing is tested here.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from script import expect, main  # noqa: E402
from peers import Models, need, np  # noqa: E402


def differ(ours, theirs):
    """What is wrong with `ours`, or nothing."""
    for a, b in zip(ours, theirs, strict=True):
        if a.shape != b.shape:
            return f"shape {a.shape}, expected {b.shape}"
        if b.dtype.kind != "f":
            if not np.array_equal(a.astype(b.dtype), b):
                return f"{a.ravel()[:8]}, expected {b.ravel()[:8]}"
        elif not np.allclose(a, b, rtol=1e-5, atol=1e-5, equal_nan=True):
            return f"largest difference {np.nanmax(np.abs(a.astype(np.float64) - b)):.3g}"
    return None


def operators_agree_with_onnxruntime():
    ort = need("onnxruntime")
    onnx = need("onnx")
    ort.set_default_logger_severity(4)
    from onnx_cases import all_cases
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # fused integers round otherwise
    wrong, count = [], 0
    with Models() as models:
        for case in all_cases():
            count += 1
            model = case.model()
            file = models.file("m.onnx")
            onnx.save(model, file)
            if case.refused:
                ours, answer = models.run("models.onnx", {"file": file})
                if case.refused not in answer.get("error", "none"):
                    wrong.append(f"{case.name}: {answer.get('error', 'read')}, expected '{case.refused}'")
                continue
            try:
                session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
                theirs = session.run(None, case.inputs)
            except Exception as e:
                wrong.append(f"{case.name}: onnxruntime: {str(e)[:150]}")
                continue
            ours, answer = models.run("models.onnx", {"file": file}, list(case.inputs.values()))
            problem = answer["error"] if ours is None else differ(ours, theirs)
            if problem:
                wrong.append(f"{case.name}: {problem}")
    expect(not wrong, f"{len(wrong)} of {count} models: " + "\n  ".join(["", *wrong]))


if __name__ == "__main__":
    main(operators_agree_with_onnxruntime)
