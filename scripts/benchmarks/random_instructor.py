#!/usr/bin/env python3
"""Writes a folder as Hugging Face keeps Instructor-large, with random weights: what it costs to run does not depend on them.

    random_instructor.py FOLDER TEXTS…

The vocabulary is made of the given text files and filled up to 32,100 pieces. `martlet convert FOLDER FILE.gguf --format q8_0` makes
a model of it. needs: numpy, safetensors, tokenizers; 1.4 GB of disk
"""
import json
import pathlib
import sys

import numpy
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

LAYERS, WIDTH, HEADS, HEAD_WIDTH, INNER, VOCABULARY, PIECES, VECTOR = 24, 1024, 16, 64, 4096, 32128, 32100, 768
SPECIAL = ["<pad>", "</s>", "<unk>"]


def tokenizer(paths):
    trained = Tokenizer(models.Unigram())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    texts = [line for path in paths for line in pathlib.Path(path).read_text().splitlines()]
    trained.train_from_iterator(texts, trainers.UnigramTrainer(vocab_size=8000, special_tokens=SPECIAL, unk_token="<unk>"))
    pieces = json.loads(trained.to_str())["model"]["vocab"]
    lowest = min(score for _, score in pieces)
    pieces += [[f"\u2581unused{number}", lowest - 10] for number in range(PIECES - len(pieces))]
    result = Tokenizer(models.Unigram([(piece, score) for piece, score in pieces], unk_id=2))
    result.pre_tokenizer, result.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    result.add_special_tokens(SPECIAL)
    result.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return result


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    (folder / "2_Dense").mkdir(exist_ok=True)
    random = numpy.random.default_rng(1)

    def matrix(rows, columns, size=0.02):
        return (random.standard_normal((rows, columns), dtype=numpy.float32) * size).astype(numpy.float32)

    heads = HEADS * HEAD_WIDTH
    weights = {"shared.weight": matrix(VOCABULARY, WIDTH, 1), "encoder.final_layer_norm.weight": numpy.ones(WIDTH, numpy.float32)}
    for layer in range(LAYERS):
        attention, feed_forward = f"encoder.block.{layer}.layer.0", f"encoder.block.{layer}.layer.1"
        for part in "qkv":
            weights[f"{attention}.SelfAttention.{part}.weight"] = matrix(heads, WIDTH)
        weights[f"{attention}.SelfAttention.o.weight"] = matrix(WIDTH, heads)
        weights[f"{feed_forward}.DenseReluDense.wi.weight"] = matrix(INNER, WIDTH)
        weights[f"{feed_forward}.DenseReluDense.wo.weight"] = matrix(WIDTH, INNER)
        for part in (attention, feed_forward):
            weights[f"{part}.layer_norm.weight"] = numpy.ones(WIDTH, numpy.float32)
    weights["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = matrix(32, HEADS, 1)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    save_file({"linear.weight": matrix(VECTOR, WIDTH)}, folder / "2_Dense/model.safetensors", metadata={"format": "pt"})

    def write(name, content):
        (folder / name).write_text(json.dumps(content))

    tokenizer(sys.argv[2:]).save(str(folder / "tokenizer.json"))
    write("tokenizer_config.json", {})
    write("config.json", {
        "model_type": "t5", "architectures": ["T5EncoderModel"], "vocab_size": VOCABULARY, "d_model": WIDTH, "d_kv": HEAD_WIDTH,
        "d_ff": INNER, "num_layers": LAYERS, "num_heads": HEADS, "n_positions": 512, "feed_forward_proj": "relu",
        "layer_norm_epsilon": 1e-6, "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128,
        "pad_token_id": 0, "eos_token_id": 1})
    names = ["Transformer", "Pooling", "Dense", "Normalize"]
    write("modules.json", [{"idx": index, "name": str(index), "path": f"{index}_{name}" if index else "",
                            "type": f"sentence_transformers.models.{name}"} for index, name in enumerate(names)])
    write("1_Pooling/config.json", {"pooling_mode_mean_tokens": True, "word_embedding_dimension": WIDTH})
    write("2_Dense/config.json", {"in_features": WIDTH, "out_features": VECTOR, "bias": False,
                                  "activation_function": "torch.nn.modules.linear.Identity"})


main()
