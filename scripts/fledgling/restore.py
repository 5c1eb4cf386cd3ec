"""Takes a GGUF apart into a checkpoint and a tokenizer, so that training can go on from the model in the repository.

    restore.py --model ../../Models/fledgling.gguf --out build/restored

Writes OUT/checkpoint.pt and OUT/tokenizer.model. Q8_0 has rounded the weights, and the optimiser begins anew.
"""

import argparse
from pathlib import Path

import gguf
import numpy
import torch
from sentencepiece import sentencepiece_model_pb2 as proto

from model import Fledgling, Shape
from optimiser import Optimiser


def halved(weight: numpy.ndarray, heads: int) -> numpy.ndarray:
    """Rows of each head from neighbouring pairs to (first half, second half): the way back from the exporter's order."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def tokenizer(reader: gguf.GGUFReader) -> bytes:
    """The vocabulary as SentencePiece keeps it."""
    values = {name: reader.get_field(f"tokenizer.ggml.{name}").contents() for name in ("tokens", "scores", "token_type")}
    model = proto.ModelProto()
    for text, score, kind in zip(values["tokens"], values["scores"], values["token_type"]):
        model.pieces.add(piece=text, score=score, type=kind)
    trainer = model.trainer_spec
    trainer.model_type, trainer.vocab_size, trainer.byte_fallback = trainer.BPE, len(model.pieces), True
    trainer.unk_id, trainer.bos_id, trainer.eos_id, trainer.pad_id = 0, 1, 2, -1
    trainer.eos_piece = values["tokens"][2]
    trainer.split_digits = True
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    return model.SerializeToString()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    reader = gguf.GGUFReader(arguments.model)
    weights = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    layers = reader.get_field("llama.block_count").contents()
    shape = Shape(vocabulary=len(weights["token_embd.weight"]), layers=layers)
    places = {"embedding.weight": weights["token_embd.weight"], "norm.weight": weights["output_norm.weight"]}
    for layer in range(layers):
        source, target = f"blk.{layer}.", f"blocks.{layer}."
        places[target + "attention_norm.weight"] = weights[source + "attn_norm.weight"]
        places[target + "attention.q.weight"] = halved(weights[source + "attn_q.weight"], shape.heads)
        places[target + "attention.k.weight"] = halved(weights[source + "attn_k.weight"], shape.kv_heads)
        places[target + "attention.v.weight"] = weights[source + "attn_v.weight"]
        places[target + "attention.o.weight"] = weights[source + "attn_output.weight"]
        places[target + "ffn_norm.weight"] = weights[source + "ffn_norm.weight"]
        places[target + "gate.weight"] = weights[source + "ffn_gate.weight"]
        places[target + "up.weight"] = weights[source + "ffn_up.weight"]
        places[target + "down.weight"] = weights[source + "ffn_down.weight"]
    model = Fledgling(shape)
    model.load_state_dict({name: torch.from_numpy(numpy.array(value, dtype=numpy.float32)) for name, value in places.items()},
                          strict=True)
    optimiser = Optimiser(model, 0, 0, 0)
    torch.save({"shape": shape.as_dict(), "optimiser": optimiser.state(),
                "history": {"seconds": 0.0, "tokens": 0, "own_tokens": 0, "runs": 0},
                "weights": {name: p.detach() for name, p in model.named_parameters()}}, arguments.out / "checkpoint.pt")
    (arguments.out / "tokenizer.model").write_bytes(tokenizer(reader))


if __name__ == "__main__":
    main()
