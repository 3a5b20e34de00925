"""Language models and machine learning."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="openai-key",
        title="OpenAI API key",
        severity=Severity.HIGH,
        keywords=("T3BlbkFJ",),
        pattern=r"sk-(?:(?:proj|svcacct|admin)-)?[\w-]{20,74}T3BlbkFJ[\w-]{20,74}",
        why="Whoever has it can use the models at your expense and read stored files.",
        fix="Delete it in the dashboard, then use a project key with a budget from a secret manager.",
        revoke="https://platform.openai.com/api-keys",
        width=200,
        bad=(
            "sk"
            + "-proj-0m6xdydaeR7EcUcmwdEKg8hMo5dypAg_nIu4Qvrn0H1eCK0"
            + "_gYAjb94_GC7LUDXnRXee7cvrhtT3BlbkFJtgCt8prdBojipeBAwbb"
            + "sE2swE9J760X1Zr6g5M5gVq-5ePz-P2YiXWaU87VVh35GD-ZSoDJizn",
        ),
        good=(
            "sk-proj-short",
            "T3BlbkFJ alone is nothing",
        ),
    ),
    Secret(
        id="anthropic-key",
        title="Anthropic API key",
        severity=Severity.HIGH,
        keywords=("sk-ant-",),
        pattern=r"sk-ant-(?:api|admin)\d\d-[\w-]{80,120}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Anthropic and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://console.anthropic.com/settings/keys",
        bad=(
            "sk"
            + "-ant-api03-qrKqXP7bvFlb-f_tRt7yoiHCaB352eRwowRrpitUD"
            + "P9HFqyD2Z5uGl6KhDaNpbxur57hKn3M9Ras_sK74RshOn8M1itb6AA",
        ),
        good=(
            "sk" + "-ant-ap" + "i03-short",
            "keys begin with sk-ant-",
        ),
    ),
    Secret(
        id="groq-key",
        title="Groq API key",
        severity=Severity.HIGH,
        keywords=("gsk_",),
        pattern=r"gsk_[A-Za-z0-9]{52}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Groq and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://console.groq.com/keys",
        bad=("gs" + "k_8K4hGFe7xDum8QZb65nSOs8D" + "BtCf9k5w9UpMgNhTyjNY5vPCKbvv",),
        good=(
            "gs" + "k_wppdA0HwiqSdViByydXN1X" + "Phk2r3kKeXJTsKLIPfotZtfSc",
            "the prefix gsk_ is described in the manual",
        ),
    ),
    Secret(
        id="xai-key",
        title="xAI API key",
        severity=Severity.HIGH,
        keywords=("xai-",),
        pattern=r"xai-[\w-]{70,120}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of xAI and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://console.x.ai",
        bad=("xa" + "i-9zNkV5OLqsMzpKSnVZkbubDugGtnC9F3vnrmmd" + "0MBFhiPlbb5WgbnxQNpNhsewRKfsECI9xkGABHf98Q",),
        good=(
            "xai-short",
            "see the docs on xai-",
        ),
    ),
    Secret(
        id="huggingface-token",
        title="Hugging Face token",
        severity=Severity.HIGH,
        keywords=("hf_", "api_org_"),
        pattern=r"(?:hf|api_org)_[A-Za-z]{34}",
        why="Whoever has it can read private models and push to yours.",
        fix=(
            "Revoke it in the settings of Hugging Face and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://huggingface.co/settings/tokens",
        bad=("hf" + "_woYCZAqxSaFWkBw" + "tbVPqJnoHWFrSWmmAys",),
        good=(
            "hf" + "_CkBwnkZjHWsbg" + "MzSlMGmSEAnZytTX",
            "the prefix hf_ is described in the manual",
        ),
    ),
    Secret(
        id="replicate-token",
        title="Replicate token",
        severity=Severity.HIGH,
        keywords=("r8_",),
        pattern=r"r8_[\w-]{37}",
        why="Whoever has it can run models at your expense.",
        fix=(
            "Revoke it in the settings of Replicate and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://replicate.com/account/api-tokens",
        holds=checksum.mixed,
        bad=("r8" + "_710rcM7YUEsutLIuF" + "0WV8lfQtTDhAaHDaH9Gr",),
        good=(
            "r8" + "_3EhME0St7h3kivh" + "lv0xO5zxV4qN8vl9P",
            "the prefix r8_ is described in the manual",
        ),
    ),
    Secret(
        id="perplexity-key",
        title="Perplexity API key",
        severity=Severity.HIGH,
        keywords=("pplx-",),
        pattern=r"pplx-[A-Za-z0-9]{48,56}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Perplexity and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.perplexity.ai",
        bad=("pp" + "lx-k6wmAA87HWNVbkB1uKeRJ" + "d9aCl4sz4q3vZlKQQZSTj5qKb5v",),
        good=(
            "pp" + "lx-2pTFn38Veo9E2zUXNiC" + "Y0yukufgqc4WpecELtRv1eJc",
            "the prefix pplx- is described in the manual",
        ),
    ),
    Secret(
        id="openrouter-key",
        title="OpenRouter API key",
        severity=Severity.HIGH,
        keywords=("sk-or-v1-",),
        pattern=r"sk-or-v1-[0-9a-f]{64}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of OpenRouter and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://openrouter.ai/settings/keys",
        bad=("sk" + "-or-v1-52e8e529ac951e3e2b20d94afbb" + "d29446ff8ddfa323ba88f17851afe685b96fa",),
        good=(
            "sk" + "-or-v1-315c9671cd6f1a54c7675e678" + "98f4e02b10b531c7e0630a97f7fc6bab3c",
            "the prefix sk-or-v1- is described in the manual",
        ),
    ),
    Secret(
        id="deepseek-key",
        title="DeepSeek API key",
        severity=Severity.HIGH,
        keywords=("deepseek",),
        pattern=r"sk-[0-9a-f]{32}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of DeepSeek and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://platform.deepseek.com",
        bad=('deepseek_key = "sk' + "-9862e9cbaf4c611" + '82ef4624d6b33a0c6"',),
        good=(
            'deepseek_key = "sk' + "-486270627d75" + '0daac348fa9aeb6"',
            "the prefix deepseek is described in the manual",
        ),
    ),
    Secret(
        id="cerebras-key",
        title="Cerebras API key",
        severity=Severity.HIGH,
        keywords=("csk-",),
        pattern=r"csk-[a-z0-9]{48}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Cerebras and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://inference-docs.cerebras.ai/console/api-keys",
        bad=("cs" + "k-nem6a6gtbhh5xsskzmqub9" + "jrk0by97zsjs4a365e01lvy4fk",),
        good=(
            "cs" + "k-r6yijqdcuhuwlo1n9puo" + "dzwgsjkpac4b75kdx6kt747",
            "the prefix csk- is described in the manual",
        ),
    ),
    Secret(
        id="nvidia-key",
        title="NVIDIA API key",
        severity=Severity.HIGH,
        keywords=("nvapi-",),
        pattern=r"nvapi-[\w-]{60,70}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of NVIDIA and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://build.nvidia.com",
        bad=("nv" + "api-jI1WCNZpL6F0AW-44BGBIMXSErywh" + "luHm4amIuvEHy8WIRPH2c-gWx7VcCuZ_Y-N",),
        good=(
            "nvapi-short",
            "see nvapi-",
        ),
    ),
    Secret(
        id="together-key",
        title="Together AI key",
        severity=Severity.HIGH,
        keywords=("tgp_v1_",),
        pattern=r"tgp_v1_[\w-]{43}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Together AI and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.together.ai/docs/api-keys-authentication",
        bad=("tg" + "p_v1_pBvKb634siJkdzMcZI" + "DkBDsD4tOTbhomypxPEi65QoY",),
        good=(
            "tg" + "p_v1_FmhXefekblSMeg1" + "2bSpB1lUw9gnAdsjHydrpDE",
            "the prefix tgp_v1_ is described in the manual",
        ),
    ),
    Secret(
        id="langsmith-key",
        title="LangSmith key",
        severity=Severity.HIGH,
        keywords=("lsv2_pt_", "lsv2_sk_"),
        pattern=r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
        why="Whoever has it can read the traces, with what people asked.",
        fix=(
            "Revoke it in the settings of LangSmith and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.smith.langchain.com",
        bad=("ls" + "v2_pt_0cb9368c7ee809231a" + "ae7440a44ff446_9221b6ca42",),
        good=(
            "ls" + "v2_pt_c847f0bb1aa69ed" + "c0ec20e7d570d9e23_bb598",
            "the prefix lsv2_pt_ is described in the manual",
        ),
    ),
    Secret(
        id="langfuse-key",
        title="Langfuse secret key",
        severity=Severity.MEDIUM,
        keywords=("sk-lf-",),
        pattern=r"sk-lf-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="Whoever has it can read the traces, with what people asked.",
        fix=(
            "Revoke it in the settings of Langfuse and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://langfuse.com/faq/all/lost-secret-key",
        bad=("sk" + "-lf-20bd4d4b-1cf2-4" + "b9f-a9ce-0da69228630e",),
        good=(
            "sk" + "-lf-f0b3eede-385" + "6-42ce-a550-e382447",
            "the prefix sk-lf- is described in the manual",
        ),
    ),
    Secret(
        id="wandb-key",
        title="Weights & Biases API key",
        severity=Severity.HIGH,
        keywords=("wandb_v1_",),
        pattern=r"wandb_v1_\w{77}",
        why="Whoever has it can read experiments and models.",
        fix=(
            "Revoke it in the settings of Weights & Biases and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://wandb.ai/authorize",
        bad=("wa" + "ndb_v1_eC5tWerndVqPRXMf9Hk0vwl6PzY8DVYj7p" + "yQFGwdd0hxovkVMapBo4utgscxZtzJUsQvjaS9j4Vuk",),
        good=(
            "wa" + "ndb_v1_wPOAk2ypbKwNhOEhnLYvZsnshM3321V" + "UKjieV0uab34AY4wa07L8vn1QOVWb25EYXbFCwNep",
            "the prefix wandb_v1_ is described in the manual",
        ),
    ),
    Secret(
        id="wandb-legacy-key",
        title="Weights & Biases API key, older form",
        severity=Severity.HIGH,
        keywords=("wandb",),
        read=reader(("wandb",), r"[0-9a-f]{40}"),
        why="Whoever has it can read experiments and models.",
        fix=(
            "Revoke it in the settings of Weights & Biases and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://wandb.ai/authorize",
        bad=("WANDB_API_KEY=" + "c0860c7b51644b163f31" + "8e879565751599c9b048",),
        good=(
            "WANDB_API_KEY=${WANDB_API_KEY}",
            "WANDB_API_KEY=your-wandb-api-key-here",
        ),
    ),
    Secret(
        id="elevenlabs-key",
        title="ElevenLabs API key",
        severity=Severity.HIGH,
        keywords=("elevenlabs", "xi-api-key", "xi_api_key"),
        pattern=r"sk_[0-9a-f]{48}",
        why="Whoever has it can make speech at your expense.",
        fix=(
            "Revoke it in the settings of ElevenLabs and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://elevenlabs.io/docs/api-reference/authentication",
        bad=('elevenlabs_key = "sk' + "_378245ed447fdd4f20181a6" + 'a62e46ff0cbb70bec18ba5ec1"',),
        good=(
            'elevenlabs_key = "sk' + "_d711405e92b5a8a3158c" + 'd851db740442286efe4285e"',
            "the prefix elevenlabs is described in the manual",
        ),
    ),
    Secret(
        id="tavily-key",
        title="Tavily API key",
        severity=Severity.MEDIUM,
        keywords=("tvly-",),
        pattern=r"tvly-(?:dev-|prod-)?[\w-]{32,64}",
        why="Whoever has it can search at your expense.",
        fix=(
            "Revoke it in the settings of Tavily and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.tavily.com/documentation/best-practices/api-key-management",
        holds=checksum.mixed,
        bad=("tv" + "ly-lKqLD9PeG16cY" + "AKtl5P395eaQneksEvq",),
        good=(
            "tv" + "ly-HYtvFQa8ei4" + "XfXHb6zLLsSC3d21",
            "the prefix tvly- is described in the manual",
        ),
    ),
    Secret(
        id="jina-key",
        title="Jina AI key",
        severity=Severity.MEDIUM,
        keywords=("jina_",),
        pattern=r"jina_[\w-]{60}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Jina AI and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://jina.ai/api-dashboard/",
        holds=checksum.mixed,
        bad=("ji" + "na_IHfoE7jZPmJtp5EKeBVxoIxxp02" + "N4TcgFxyyD6z7MPHCrcurmMl_VHXcTi62",),
        good=(
            "ji" + "na_1VNRZiLjlb_utV7ugbjsEG3bg" + "pJ38XZPFXornY1uHE1QpQqaVy-RMme",
            "the prefix jina_ is described in the manual",
        ),
    ),
    Secret(
        id="runpod-key",
        title="RunPod API key",
        severity=Severity.HIGH,
        keywords=("rpa_",),
        pattern=r"rpa_[A-Z0-9]{40}[A-Za-z0-9]{6}",
        why="Whoever has it can rent machines at your expense.",
        fix=(
            "Revoke it in the settings of RunPod and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.runpod.io",
        bad=("rp" + "a_S6J05IPRL04X6IV7QH4IH" + "178OKNZJPFPODDI8S55jMyy7h",),
        good=(
            "rp" + "a_O2BIYYNISCPEFILGTZ" + "ZBDKJOXEMMRTM80B4V65IOk",
            "the prefix rpa_ is described in the manual",
        ),
    ),
    Secret(
        id="pinecone-key",
        title="Pinecone API key",
        severity=Severity.HIGH,
        keywords=("pcsk_",),
        pattern=r"pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}",
        why="Whoever has it can read and change the index.",
        fix=(
            "Revoke it in the settings of Pinecone and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://docs.pinecone.io/guides/projects/manage-api-keys",
        bad=("pc" + "sk_r0QZb_09AMPN3p4QxeAg5UuObfIVUOaV" + "hJpsNoQkAJawyXS1P2hpA7SuuGltNLiSZ4073",),
        good=(
            "pc" + "sk_YL7MD_ZuVeQUnlgBfOGnqeaKXEBxF" + "qfcjeeccwrrpRx7nhiLddcwKGiRnLVqZ9Wx",
            "the prefix pcsk_ is described in the manual",
        ),
    ),
    Secret(
        id="cohere-key",
        title="Cohere API key",
        severity=Severity.HIGH,
        keywords=("cohere", "co_api_key"),
        read=reader(("cohere", "co_api_key"), r"[A-Za-z0-9]{40}", holds=checksum.mixed),
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Cohere and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.cohere.com/reference/create-an-api-key",
        bad=("COHERE_API_KEY=" + "3aDzJ0Xv9WBatxluX3U3" + "eMUng5bshSiamt7DLNTS",),
        good=(
            "COHERE_API_KEY=${COHERE_API_KEY}",
            "COHERE_API_KEY=your-cohere-api-key-here",
        ),
    ),
    Secret(
        id="mistral-key",
        title="Mistral API key",
        severity=Severity.HIGH,
        keywords=("mistral",),
        read=reader(("mistral",), r"[A-Za-z0-9]{32}", holds=checksum.mixed),
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Mistral and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://help.mistral.ai/en/articles/316465-how-do-i-create-api-keys-within-a-workspace",
        bad=("MISTRAL_API_KEY=" + "msEPiTK4BYnE8PO8" + "AfN6SRF3hQuzknHZ",),
        good=(
            "MISTRAL_API_KEY=${MISTRAL_API_KEY}",
            "MISTRAL_API_KEY=your-mistral-api-key-here",
        ),
    ),
    Secret(
        id="apify-token",
        title="Apify token",
        severity=Severity.MEDIUM,
        keywords=("apify_api_",),
        pattern=r"apify_api_[\w-]{34,38}",
        why="Whoever has it can run crawlers at your expense.",
        fix=(
            "Revoke it in the settings of Apify and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.apify.com",
        bad=("ap" + "ify_api_RtoXOPNnWoVEs" + "LBOE7mWHQ70GokErEL7ZuHb",),
        good=(
            "ap" + "ify_api_lyHPcLjBBx" + "E2Mov95AL1eXgTl4dw7dc",
            "the prefix apify_api_ is described in the manual",
        ),
    ),
    Secret(
        id="anthropic-session-token",
        title="Anthropic OAuth or session token",
        severity=Severity.HIGH,
        keywords=(
            "sk-ant-oat",
            "sk-ant-sid",
        ),
        pattern=r"sk-ant-(?:oat|sid)\d\d-[\w-]{80,120}",
        why="Whoever has it can use the subscription of the one who signed in, and read the conversations.",
        fix=(
            "Revoke it in the settings of Anthropic and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://console.anthropic.com/settings/keys",
        bad=(
            "sk-ant-oat92-Ogkels4AkqdCeWnMKCx" + "rrMJ1qwBDPDpjcXtXU5mhRlouOJAxsqX" + "VEq-gVaeT8eqzF48E2aHAF7emxPyG",
        ),
        good=(
            "sk-ant-oat92-Ogkels4AkqdCeWnMKC" + "xrrMJ1qwBDPDpjcXtXU5mhRlouOJAxs",
            "sk-ant-oat is described in the manual",
        ),
    ),
    Secret(
        id="fireworks-key",
        title="Fireworks AI key",
        severity=Severity.HIGH,
        keywords=("fireworks",),
        pattern=r"fw_[A-Za-z0-9]{22,24}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Fireworks AI and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://docs.fireworks.ai/tools-sdks/firectl/commands/api-key-delete",
        holds=checksum.mixed,
        bad=("FIREWORKS_API_KEY=" + "fw_cZPf9skqk" + "r2TLjEJ4O6Kif",),
        good=(
            "FIREWORKS_API_KEY" + "=fw_cZPf9skqkr2TL",
            "fireworks is described in the manual",
        ),
    ),
    Secret(
        id="firecrawl-key",
        title="Firecrawl API key",
        severity=Severity.MEDIUM,
        keywords=("firecrawl",),
        pattern=r"fc-[0-9a-f]{32}",
        why="Whoever has it can crawl at your expense.",
        fix=(
            "Revoke it in the settings of Firecrawl and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.firecrawl.dev/dashboard",
        bad=("FIRECRAWL_API_KEY=" + "fc-20d45b04685a7e" + "d555226ba99afe31cf",),
        good=(
            "FIRECRAWL_API_KEY=fc" + "-20d45b04685a7ed55522",
            "firecrawl is described in the manual",
        ),
    ),
    Secret(
        id="moonshot-key",
        title="Moonshot AI (Kimi) key",
        severity=Severity.HIGH,
        keywords=(
            "moonshot",
            "kimi",
        ),
        pattern=r"sk-[A-Za-z0-9]{48}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Moonshot AI (Kimi) and give the new one to the program at run "
            "time, from a secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("MOONSHOT_API_KEY=" + "sk-rkY1e658YhtZLQluy5KGoI" + "aBXJBwnexHJMDdm4QjAUsLDaqS",),
        good=(
            "MOONSHOT_API_KEY=sk-rkY1e" + "658YhtZLQluy5KGoIaBXJBwnex",
            "moonshot is described in the manual",
        ),
    ),
    Secret(
        id="minimax-key",
        title="MiniMax API key",
        severity=Severity.HIGH,
        keywords=("sk-api-",),
        pattern=r"sk-api-[\w-]{110,125}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of MiniMax and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.minimax.io/platform/user-center/basic-information/interface-key",
        holds=checksum.mixed,
        bad=(
            "sk-api-NwXVfmsT8j1-K4Ugc20uP4Sb6d8paNbTA"
            + "VdyUt-IqeJbsVb8YsD43ZQfvFWXgA096tVREHSt0"
            + "sihOKbTIDz7pcHBuWosvWwvQKbYP9OyL03k6f",
        ),
        good=(
            "sk-api-short",
            "sk-api- is described in the manual",
        ),
    ),
    Secret(
        id="stability-key",
        title="Stability AI key",
        severity=Severity.HIGH,
        keywords=("stability_", "stabilityai", "stability.ai"),
        pattern=r"sk-[A-Za-z0-9]{48}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Stability AI and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://platform.stability.ai/docs/getting-started/authentication",
        holds=checksum.mixed,
        bad=("STABILITY_API_KEY=" + "sk-YQC3F0G9GKYaRVDAzWNOzw" + "DkttBC9XbSgrMM7nuGyIkshMud",),
        good=(
            "STABILITY_API_KEY=sk-YQC3F" + "0G9GKYaRVDAzWNOzwDkttBC9Xb",
            "stability_ is described in the manual",
        ),
    ),
    Secret(
        id="zhipu-key",
        title="Zhipu (Z.ai) API key",
        severity=Severity.HIGH,
        keywords=("zhipu", "z.ai", "zai_", "zaiapi"),
        pattern=r"[0-9a-f]{32}\.[A-Za-z0-9]{16}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Zhipu (Z.ai) and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=(
            "ZHIPUAI_API_KEY=" + "f315cd5833c798208a6353f6" + "d44b09a8.s63BYyXGFiDppwy7",
            '"zaiApiKey": "' + "6aaf76fdc6c369aad6b68b75" + 'b48e99f7.S8gELRersl9a6sLA"',
        ),
        good=(
            "ZHIPUAI_API_KEY=f315cd58" + "33c798208a6353f6d44b09a8",
            "zhipu is described in the manual",
        ),
    ),
    Secret(
        id="ollama-key",
        title="Ollama API key",
        severity=Severity.MEDIUM,
        keywords=("ollama",),
        pattern=r"[0-9a-f]{32}\.[\w-]{24}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Ollama and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://ollama.com/settings/keys",
        holds=checksum.mixed,
        bad=("OLLAMA_API_KEY=" + "109bd99babb686c1b980cb174f09" + "4fec.71XiZPFUddwwF8VRbxQY3zqv",),
        good=(
            "OLLAMA_API_KEY=109bd99babb" + "686c1b980cb174f094fec.71XiZ",
            "ollama is described in the manual",
        ),
    ),
    Secret(
        id="assemblyai-key",
        title="AssemblyAI key",
        severity=Severity.MEDIUM,
        keywords=(
            "assemblyai",
            "assembly_ai",
        ),
        read=reader(
            (
                "assemblyai",
                "assembly_ai",
            ),
            r"[0-9a-f]{32}",
            need="key|tok|auth|api",
        ),
        why="Whoever has it can transcribe at your expense and read the transcripts.",
        fix=(
            "Revoke it in the settings of AssemblyAI and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://www.assemblyai.com/docs/account-management",
        confidence=Confidence.MEDIUM,
        bad=("ASSEMBLYAI_API_KEY=" + "54d9aabd9f53411a" + "f8dc0cd88a30a49f",),
        good=(
            "ASSEMBLYAI_API_KEY=${ASSEMBLYAI_API_KEY}",
            "ASSEMBLYAI_API_KEY_ID=" + "54d9aabd9f53411a" + "f8dc0cd88a30a49f",
        ),
    ),
    Secret(
        id="deepgram-key",
        title="Deepgram API key",
        severity=Severity.MEDIUM,
        keywords=("deepgram",),
        read=reader(("deepgram",), r"[0-9a-f]{40}"),
        why="Whoever has it can transcribe at your expense.",
        fix=(
            "Revoke it in the settings of Deepgram and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.deepgram.com/docs/create-additional-api-keys",
        confidence=Confidence.MEDIUM,
        bad=("DEEPGRAM_API_KEY=" + "b6d0e90e328ca868d3f9" + "35c77594f01c19f3cde3",),
        good=(
            "DEEPGRAM_API_KEY=${DEEPGRAM_API_KEY}",
            "DEEPGRAM_API_KEY_ID=" + "b6d0e90e328ca868d3f9" + "35c77594f01c19f3cde3",
        ),
    ),
    Secret(
        id="greptile-key",
        title="Greptile API key",
        severity=Severity.MEDIUM,
        keywords=("greptile",),
        read=reader(("greptile",), r"[A-Za-z0-9+/]{48}"),
        why="Whoever has it can ask about the repositories that were indexed.",
        fix=(
            "Revoke it in the settings of Greptile and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("GREPTILE_API_KEY=" + "a8qsbZongdQgj5mHaQbKrtxt" + "DPKO8IJHTrVwdyqQz7CKYqyR",),
        good=(
            "GREPTILE_API_KEY=${GREPTILE_API_KEY}",
            "GREPTILE_API_KEY_ID=" + "a8qsbZongdQgj5mHaQbKrtxt" + "DPKO8IJHTrVwdyqQz7CKYqyR",
        ),
    ),
    Secret(
        id="cursor-key",
        title="Cursor API key",
        severity=Severity.HIGH,
        keywords=("cursor_api", "cursorapi", "cursor.com"),
        pattern=r"key_[0-9a-f]{64}",
        why="Whoever has it can run agents in the repositories of its owner.",
        fix=(
            "Revoke it in the settings of Cursor and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://cursor.com/dashboard/api",
        bad=(
            "CURSOR_API_KEY=" + "key_935eef8e7497ee6647e8cfb590c752" + "02dad68ab53268c1d21fc440cdf59a1448",
            '"cursorApiKey": "' + "key_ddc3ebffc5ccd8099ee02cab83bb43" + 'e451f9ab2845ad0f3d761f3d0201bfe8c2"',
        ),
        good=(
            "CURSOR_API_KEY=key_935eef8e749" + "7ee6647e8cfb590c75202dad68ab53",
            "cursor_api is described in the manual",
        ),
    ),
    Secret(
        id="devin-key",
        title="Devin API key",
        severity=Severity.HIGH,
        keywords=("devin", "apk_user_", "cog_"),
        pattern=r"apk_(?:user_)?[A-Za-z0-9+/]{80,180}={0,2}|cog_[a-z2-7]{52}",
        why="Whoever has it can start sessions that work in your repositories.",
        fix=(
            "Revoke it in the settings of Devin and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.devin.ai/api-reference/authentication",
        holds=checksum.lettered,
        bad=("DEVIN_API_KEY=" + "cog_aiwvgqyhgup6f7zuylhy44bv" + "6teavfgebs3gccvqepbtqce6rih3",),
        good=(
            "DEVIN_API_KEY=cog_aiwvgqy" + "hgup6f7zuylhy44bv6teavfgeb",
            "devin_ is described in the manual",
        ),
    ),
    Secret(
        id="salad-key",
        title="Salad Cloud API key",
        severity=Severity.HIGH,
        keywords=("salad_cloud_",),
        pattern=r"salad_cloud_\w{8,243}",
        why="Whoever has it can rent machines at your expense.",
        fix=(
            "Revoke it in the settings of Salad and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://portal.salad.com/api-key",
        holds=checksum.mixed,
        bad=("sa" + "lad_cloud_user_ZEiqBoUeb7lK0yOha5CGY5BUmDqlI0tagtTjQ2ty",),
        good=(
            "salad_cloud_short",
            "salad_cloud_ is described in the manual",
        ),
    ),
    Secret(
        id="e2b-key",
        title="E2B API key",
        severity=Severity.HIGH,
        keywords=("e2b_",),
        pattern=r"e2b_[0-9a-f]{40}",
        why="Whoever has it can run code in sandboxes at your expense.",
        fix=(
            "Revoke it in the settings of E2B API and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://e2b.dev/dashboard?tab=keys",
        bad=("e2b_f552cc5023d8319aea" + "1181f76f3adcbdc189941a",),
        good=(
            "e2b_cf780de956fe5d" + "1483d7a598ac5d960c",
            "the prefix e2b_ is described in the manual",
        ),
    ),
)
