"""all-MiniLM-L6-v2 as an ONNX graph, built from model.safetensors."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS, HEADS, WIDTH = 6, 12, 384


class Graph:
    """Nodes and constants of a graph under construction; a value is its name."""

    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], []

    def constant(self, value):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, operator, *inputs, **attributes):
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def dense(self, value, name):
        product = self.add("MatMul", value, self.constant(self.weights[name + ".weight"].T.copy()))
        return self.add("Add", product, self.constant(self.weights[name + ".bias"]))

    def norm(self, value, name):
        weight, bias = (self.constant(self.weights[name + part]) for part in (".weight", ".bias"))
        return self.add("LayerNormalization", value, weight, bias, axis=-1, epsilon=1e-12)

    def heads(self, value):
        """[batch, tokens, width] to [batch, heads, tokens, head width]"""
        shaped = self.add("Reshape", value, self.constant(np.array([0, 0, HEADS, WIDTH // HEADS], np.int64)))
        return self.add("Transpose", shaped, perm=[0, 2, 1, 3])


def layer(graph, state, bias, name):
    query, key, value = (graph.heads(graph.dense(state, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
    scores = graph.add("Mul", scores, graph.constant(np.float32((WIDTH // HEADS) ** -0.5)))
    shares = graph.add("Softmax", graph.add("Add", scores, bias), axis=-1)
    context = graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3])
    context = graph.add("Reshape", context, graph.constant(np.array([0, 0, WIDTH], np.int64)))
    attended = graph.add("Add", state, graph.dense(context, f"{name}.attention.output.dense"))
    state = graph.norm(attended, f"{name}.attention.output.LayerNorm")
    inner = graph.add("Gelu", graph.dense(state, f"{name}.intermediate.dense"), approximate="none")
    return graph.norm(graph.add("Add", state, graph.dense(inner, f"{name}.output.dense")), f"{name}.output.LayerNorm")


def network(folder):
    """The serialised model: ids, a mask (1 for tokens, 0 for padding) and positions in, vectors of length 1 (means over the tokens) out."""
    weights = {name: value for name, value in load_file(f"{folder}/model.safetensors").items() if value.dtype == np.float32}
    graph = Graph(weights)
    words = graph.add("Gather", graph.constant(weights["embeddings.word_embeddings.weight"]), "ids")
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    positions = graph.add("Gather", graph.constant(places.astype(np.float32)), "positions")
    state = graph.norm(graph.add("Add", words, positions), "embeddings.LayerNorm")
    # -10000 for padding, 0 for tokens, added to the scores of attention.
    missing = graph.add("Mul", graph.add("Sub", "mask", graph.constant(np.float32(1))), graph.constant(np.float32(10000)))
    bias = graph.add("Unsqueeze", missing, graph.constant(np.array([1, 2], np.int64)))
    for number in range(LAYERS):
        state = layer(graph, state, bias, f"encoder.layer.{number}")
    mask = graph.add("Unsqueeze", "mask", graph.constant(np.array([2], np.int64)))
    total = graph.add("ReduceSum", graph.add("Mul", state, mask), graph.constant(np.array([1], np.int64)), keepdims=0)
    length = graph.add("ReduceL2", total, graph.constant(np.array([1], np.int64)), keepdims=1)
    graph.nodes.append(helper.make_node("Div", [total, length], ["vectors"]))

    def tensor(name, kind, *shape):
        return helper.make_tensor_value_info(name, kind, shape)

    inputs = [tensor("ids", TensorProto.INT64, "batch", "tokens"), tensor("mask", TensorProto.FLOAT, "batch", "tokens")]
    inputs.append(tensor("positions", TensorProto.INT64, "tokens"))
    outputs = [tensor("vectors", TensorProto.FLOAT, "batch", WIDTH)]
    made = helper.make_graph(graph.nodes, "encoder", inputs, outputs, graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()
