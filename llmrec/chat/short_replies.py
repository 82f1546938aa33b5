"""Short replies to lines that ask for no list, in English and Chinese: data alone.

`{noun}` and `{nouns}` are the catalogue's word for its items, `{example}` and `{unwanted}` what somebody might say of
them. Of several wordings none comes twice in a row.
"""

from collections.abc import Mapping

SHORT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "accept": {
        "en": (
            "Good. There is more whenever you like.",
            "Glad that it suits.",
        ),
        "zh": ("好的,想看别的随时说。", "合适就好,需要时再叫我。"),
    },
    "greet": {
        "en": (
            "Hello! What {noun} are you in the mood for?",
            "Hi there. Tell me what you feel like, and I will look through the {nouns}.",
            "Good to see you. A mood, a kind of {noun} or one that you liked is enough to begin with.",
        ),
        "zh": ("你好!今天想找什么样的{noun}?", "您好,说说您的喜好,我来帮您找{noun}。", "嗨!告诉我心情、类型或者您喜欢过的一个{noun}就行。"),
    },
    "thank": {
        "en": ("You are welcome.", "Glad to help. There is more whenever you like.", "My pleasure."),
        "zh": ("不客气。", "很高兴能帮上忙,需要时再叫我。", "应该的。"),
    },
    "end": {
        "en": ("Goodbye, and enjoy it.", "See you next time.", "Take care. I am here when you need another {noun}."),
        "zh": ("再见,祝您愉快。", "下次见。", "慢走,想找{noun}时再来。"),
    },
    "small_talk": {
        "en": (
            "I am a program that recommends {nouns}, so I have little to tell of myself. What are you in the mood for?",
            "That is kind of you to share. I know {nouns} best: shall I look for one that fits?",
            "I only have {nouns} to talk of, but of those plenty. What would you like?",
        ),
        "zh": ("我是推荐{noun}的程序,自己的事没什么可说的。您想找点什么?", "谢谢您跟我聊。我最懂的是{noun},要不要帮您找一个?", "我只会聊{noun},不过这方面有的是。您想要什么样的?"),
    },
    "off_topic": {
        "en": (
            "I cannot help with that: I only know the {nouns} in this catalogue. Is there one that I can find for you?",
            "That is outside of what I know, which is {nouns}. Tell me what you feel like and I will look.",
            "I have no answer to that. With {nouns} I can help.",
        ),
        "zh": ("这个我帮不上,我只了解这里的{noun}。要我帮您找一个吗?", "这超出我的范围了,我懂的是{noun}。说说您想要什么样的吧。", "这个问题我答不了,找{noun}我可以帮忙。"),
    },
    "harmful": {
        "en": (
            "I will not help with that. I am glad to look for a {noun}.",
            "That is nothing that I do. If you would like a {noun}, tell me which kind.",
            "No, I keep to my rules here. Shall we go on with {nouns}?",
        ),
        "zh": ("这个我不能帮忙。找{noun}的话我很乐意。", "这样的事我不做。想要什么样的{noun},可以告诉我。", "抱歉,我得守规矩。我们接着聊{noun}吧?"),
    },
    "complain": {
        "en": (
            "I am sorry that this missed. Say what was wrong, such as “not 2” or “{unwanted}”, and I will change it.",
            "Sorry about that. Name one {noun} that you like, or what to leave out, and I will change the list.",
            "I apologise. Shall I show others, or would you rather start over?",
        ),
        "zh": ("抱歉没有推荐好。告诉我哪里不对,比如“不要第二个”或者“{unwanted}”,我马上换。", "对不起。说一个您喜欢的{noun},或者不想要的类型,我来调整。", "很抱歉让您不满意。可以说不要第几个,或者重新开始。"),
    },
    "unsure": {
        "en": (
            "No hurry. Name a kind, a mood or a {noun} that you liked, or say “you choose” and I pick one.",
            "That is fine: `surprise me` shows something else, “you choose” leaves the choice to me.",
        ),
        "zh": ("不着急。说个类型、心情或者喜欢过的{noun},也可以说“你选一个”。", "没关系,说“随便来几个”或者“你选一个”都行。"),
    },
    "narrates": {
        "en": (
            "Thank you for telling me. What {noun} would do now: something light, something gripping, or like one that you love?",
            "I see. Say what would suit that, a kind or a mood, and I look for a {noun}.",
        ),
        "zh": ("谢谢您告诉我。现在想要什么样的{noun}?", "明白了。说个类型或者心情,我来找{noun}。"),
    },
    "talk": {
        "en": (
            "All right. Tell me what kind of {noun} you would like, or a mood.",
            "Understood. Say the word when you want to go on with the {nouns}.",
            "Good to know. Whenever you like, we go on.",
        ),
        "zh": ("好的,想找{noun}时随时叫我。", "明白了,需要的时候我们继续。", "嗯,知道了。想接着找就告诉我。"),
    },
    "unclear": {
        "en": (
            "I did not understand that. Could you say it in other words, such as “{example}”?",
            "Sorry, I cannot make sense of that. What kind of {noun} would you like?",
            "That was not clear to me. Name a kind, a mood or a title, please.",
        ),
        "zh": ("我没看明白,能换个说法吗?比如“{example}”。", "抱歉,没懂您的意思。您想要什么样的{noun}?", "不太清楚您说的是什么,可以说类型、心情或名字。"),
    },
    "small_talk on": {
        "en": (
            "Ha, I am only a program, so I have no tales of my own. The list stands.",
            "Nobody at home here but a program. Does one of these tempt you?",
            "I am a program, so I cannot say. But I do know these {nouns}.",
        ),
        "zh": ("哈哈,我只是个程序,没有这些故事。列表还在这儿。", "我这边只有程序,没有别人。这几个里有想看的吗?", "我是程序,这个说不上来,不过这些{noun}我倒是知道。"),
    },
    "narrates on": {
        "en": ("Thank you for telling me. Does one of these fit, or would something else do better?", "I see. Shall the list stay as it is?"),
        "zh": ("谢谢您告诉我。这几个里有合适的吗,还是想换别的?", "明白了。列表就先这样?"),
    },
    "talk on": {"en": ("All right.", "Good to know.", "I see."), "zh": ("好的。", "明白了。", "嗯,知道了。")},
    "which": {
        "en": ("Which one do you mean? Its number will do.", "Gladly; which number of the list is it?"),
        "zh": ("您说的是哪一个?告诉我第几个就行。", "好的,是列表里的第几个?"),
    },
}  # fmt: skip
"""Act -> language -> replies without a list; "… on" is said where there is a list to go on with."""

SYMPATHY: Mapping[str, Mapping[str, str]] = {
    "joy": {"en": "Congratulations!", "zh": "恭喜!"},
    "loss": {"en": "I am sorry to hear that.", "zh": "听到这个很遗憾。"},
    "ill": {"en": "Get well soon.", "zh": "祝您早日康复。"},
    "tired": {"en": "That sounds tiring.", "zh": "辛苦了。"},
}
"""Kind of news that a person tells of themselves (`llmrec.chat.nlu.personal_talk`) -> a few words to it."""
