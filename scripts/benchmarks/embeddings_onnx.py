#!/usr/bin/env python3
"""Makes ONNX files of a sentence-transformers folder of the BERT family, for embeddings.py: floats, fused floats, int8.

    embeddings_onnx.py FOLDER TARGET

TARGET gets float.onnx (as torch exports it), fused.onnx (attention, GELU and norms joined by ONNX Runtime's own optimizer for
transformers), int8.onnx and fused-int8.onnx (the weights of both quantised by ONNX Runtime, its activations when it runs) and a
copy of tokenizer.json. needs: torch, transformers, onnx, onnxruntime
"""
import pathlib
import shutil
import sys

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from transformers import AutoModel


class Rows(torch.nn.Module):
    """The model without what it computes beside its rows."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask,
                          token_type_ids=token_type_ids).last_hidden_state


def main():
    folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in names)
    axes = {name: {0: "batch", 1: "length"} for name in names + ["rows"]}
    torch.onnx.export(Rows(model), example, target / "float.onnx", input_names=names, output_names=["rows"],
                      dynamic_axes=axes, opset_version=17, dynamo=False)
    fused = optimizer.optimize_model(str(target / "float.onnx"), model_type="bert",
                                     num_heads=model.config.num_attention_heads, hidden_size=model.config.hidden_size)
    print("fused:", fused.get_fused_operator_statistics())
    fused.save_model_to_file(str(target / "fused.onnx"))
    for source, quantised in (("float", "int8"), ("fused", "fused-int8")):
        quantize_dynamic(target / f"{source}.onnx", target / f"{quantised}.onnx", weight_type=QuantType.QInt8,
                         extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})
    shutil.copyfile(folder / "tokenizer.json", target / "tokenizer.json")


main()
