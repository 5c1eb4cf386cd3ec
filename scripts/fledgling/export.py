"""Writes a checkpoint as GGUF: export.py --checkpoint final.pt --tokenizer tokenizer.model --out fledgling.gguf [--format Q8_0]

Matrices are stored in the format asked for, norms in F32. The query and key rows are reordered from rotation by halves to the
rotation by neighbouring pairs that the llama architecture of GGUF means.
"""

import argparse
from pathlib import Path

import gguf
import numpy
import torch

from vocabulary import Vocabulary

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'system' %}<|system|>{{ message['content'] | trim }}<|end|>"
    "{% elif message['role'] == 'user' %}<|user|>{{ message['content'] | trim }}<|end|>"
    "{% elif message['role'] == 'assistant' %}<|assistant|>{{ message['content'] | trim }}<|end|>"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def paired(weight: numpy.ndarray, heads: int) -> numpy.ndarray:
    """Rows of each head from (first half, second half) to neighbouring pairs."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def add_vocabulary(writer: gguf.GGUFWriter, vocabulary: Vocabulary) -> None:
    pieces = vocabulary.pieces
    tokens, scores, types = [], [], []
    for index in range(vocabulary.size):
        tokens.append(pieces.id_to_piece(index).encode("utf-8"))
        scores.append(pieces.get_score(index))
        types.append(
            gguf.TokenType.UNKNOWN if pieces.is_unknown(index) else gguf.TokenType.CONTROL if pieces.is_control(index)
            else gguf.TokenType.BYTE if pieces.is_byte(index) else gguf.TokenType.NORMAL
        )
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(vocabulary.bos)
    writer.add_eos_token_id(vocabulary.end)
    writer.add_eot_token_id(vocabulary.end)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_bool("tokenizer.ggml.remove_extra_whitespaces", False)
    writer.add_chat_template(TEMPLATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--format", default="Q8_0", choices=["F32", "F16", "Q8_0"])
    parser.add_argument("--temperature", type=float, default=0.3)
    arguments = parser.parse_args()
    saved = torch.load(arguments.checkpoint, weights_only=False, map_location="cpu")
    shape, weights = saved["shape"], {name: tensor.numpy() for name, tensor in saved["weights"].items()}
    head_width = shape["width"] // shape["heads"]
    kind = gguf.GGMLQuantizationType[arguments.format]

    writer = gguf.GGUFWriter(arguments.out, "llama")
    writer.add_type("model")
    writer.add_name("Fledgling")
    writer.add_author("Martlet")
    writer.add_license("Apache-2.0")
    writer.add_description("The small chat model that lives inside Martlet")
    writer.add_languages(["en", "tr", "ru"])
    writer.add_file_type({"F32": 0, "F16": 1, "Q8_0": 7}[arguments.format])
    writer.add_float32("general.sampling.temp", arguments.temperature)
    writer.add_float32("general.sampling.top_p", 0.95)
    writer.add_float32("general.sampling.min_p", 0.05)
    writer.add_context_length(shape["context"])
    writer.add_embedding_length(shape["width"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["feed_forward"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["kv_heads"])
    writer.add_key_length(head_width)
    writer.add_value_length(head_width)
    writer.add_rope_dimension_count(head_width)
    writer.add_rope_freq_base(shape["rope_base"])
    writer.add_layer_norm_rms_eps(shape["epsilon"])
    writer.add_vocab_size(shape["vocabulary"])
    add_vocabulary(writer, Vocabulary(arguments.tokenizer))

    def add(name: str, weight: numpy.ndarray) -> None:
        weight = numpy.ascontiguousarray(weight, dtype=numpy.float32)
        if weight.ndim == 1 or kind == gguf.GGMLQuantizationType.F32:
            writer.add_tensor(name, weight)
        else:
            writer.add_tensor(name, gguf.quants.quantize(weight, kind), raw_dtype=kind)

    add("token_embd.weight", weights["embedding.weight"])
    for layer in range(shape["layers"]):
        source, target = f"blocks.{layer}.", f"blk.{layer}."
        add(target + "attn_norm.weight", weights[source + "attention_norm.weight"])
        add(target + "attn_q.weight", paired(weights[source + "attention.q.weight"], shape["heads"]))
        add(target + "attn_k.weight", paired(weights[source + "attention.k.weight"], shape["kv_heads"]))
        add(target + "attn_v.weight", weights[source + "attention.v.weight"])
        add(target + "attn_output.weight", weights[source + "attention.o.weight"])
        add(target + "ffn_norm.weight", weights[source + "ffn_norm.weight"])
        add(target + "ffn_gate.weight", weights[source + "gate.weight"])
        add(target + "ffn_up.weight", weights[source + "up.weight"])
        add(target + "ffn_down.weight", weights[source + "down.weight"])
    add("output_norm.weight", weights["norm.weight"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {sum(w.size for w in weights.values()):,} parameters")


if __name__ == "__main__":
    main()
