extension ChatTemplate {
    /// A well-known template, for model files that carry none.
    public enum BuiltIn: String, Sendable, CaseIterable {
        /// `<|im_start|>role … <|im_end|>`: Qwen, SmolLM and many others.
        case chatML = "chatml"
        /// `[INST] <<SYS>> … [/INST]`: Llama 2.
        case llama2
        /// `<|start_header_id|>role<|end_header_id|> … <|eot_id|>`: Llama 3.
        case llama3
        /// `[INST] … [/INST]`: Mistral.
        case mistral
        /// `<start_of_turn>user … <end_of_turn>`: Gemma, which has no system role of its own.
        case gemma
        /// `<|user|> … <|end|>`: Phi-3.
        case phi3
        /// `<|user|> … </s>`: TinyLlama, Zephyr.
        case zephyr
        /// `@@ПЕРВЫЙ@@ … @@ВТОРОЙ@@`: ruDialoGPT, whose first speaker is always the one who asks.
        case ruDialoGPT = "rudialogpt"
        /// Turns parted by the end-of-text token: DialoGPT.
        case dialoGPT = "dialogpt"

        /// The template's text.
        public var source: String {
            switch self {
            case .chatML:
                """
                {%- for message in messages -%}
                {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
                {%- endfor -%}
                {%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}
                """
            case .llama2:
                """
                {%- set ns = namespace(system='') -%}
                {%- for message in messages -%}
                {%- if message.role == 'system' -%}
                {%- set ns.system = '<<SYS>>\\n' + message.content + '\\n<</SYS>>\\n\\n' -%}
                {%- elif message.role == 'user' -%}
                {{- bos_token + '[INST] ' + ns.system + message.content.strip() + ' [/INST]' -}}
                {%- set ns.system = '' -%}
                {%- else -%}
                {{- ' ' + message.content.strip() + ' ' + eos_token -}}
                {%- endif -%}
                {%- endfor -%}
                """
            case .llama3:
                """
                {{- bos_token -}}
                {%- for message in messages -%}
                {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' -}}
                {{- message.content.strip() + '<|eot_id|>' -}}
                {%- endfor -%}
                {%- if add_generation_prompt -%}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}{%- endif -%}
                """
            case .mistral:
                """
                {{- bos_token -}}
                {%- set ns = namespace(system='') -%}
                {%- for message in messages -%}
                {%- if message.role == 'system' -%}
                {%- set ns.system = message.content + '\\n\\n' -%}
                {%- elif message.role == 'user' -%}
                {{- '[INST] ' + ns.system + message.content + ' [/INST]' -}}
                {%- set ns.system = '' -%}
                {%- else -%}
                {{- ' ' + message.content + eos_token -}}
                {%- endif -%}
                {%- endfor -%}
                """
            case .gemma:
                """
                {{- bos_token -}}
                {%- set ns = namespace(system='') -%}
                {%- for message in messages -%}
                {%- if message.role == 'system' -%}
                {%- set ns.system = message.content.strip() + '\\n\\n' -%}
                {%- else -%}
                {{- '<start_of_turn>' + ('model' if message.role == 'assistant' else 'user') + '\\n' -}}
                {{- ns.system + message.content.strip() + '<end_of_turn>\\n' -}}
                {%- set ns.system = '' -%}
                {%- endif -%}
                {%- endfor -%}
                {%- if add_generation_prompt -%}{{- '<start_of_turn>model\\n' -}}{%- endif -%}
                """
            case .phi3:
                """
                {%- for message in messages -%}
                {{- '<|' + message.role + '|>\\n' + message.content + '<|end|>\\n' -}}
                {%- endfor -%}
                {%- if add_generation_prompt -%}{{- '<|assistant|>\\n' -}}{%- endif -%}
                """
            case .zephyr:
                """
                {%- for message in messages -%}
                {{- '<|' + message.role + '|>\\n' + message.content + eos_token + '\\n' -}}
                {%- endfor -%}
                {%- if add_generation_prompt -%}{{- '<|assistant|>\\n' -}}{%- endif -%}
                """
            case .ruDialoGPT:
                """
                {%- for message in messages if message.role != 'system' -%}
                {{- '@@ВТОРОЙ@@' if message.role == 'assistant' else '@@ПЕРВЫЙ@@' -}}
                {{- ' ' + message.content.strip() + ' ' -}}
                {%- endfor -%}
                {%- if add_generation_prompt -%}{{- '@@ВТОРОЙ@@' -}}{%- endif -%}
                """
            case .dialoGPT:
                """
                {%- for message in messages if message.role != 'system' -%}
                {{- message.content + eos_token -}}
                {%- endfor -%}
                """
            }
        }

        /// The parsed template.
        public var template: ChatTemplate {
            get throws(PromptError) { try ChatTemplate(source) }
        }
    }
}
