"""Words by which a line gives away what it does: acts, questions, what is known or not wanted.

The model of acts (`llmrec.chat.nlu.acts`) decides nothing alone that a search could be lost by; the words here stand
beside it.
"""

import re
from collections.abc import Callable

from llmrec.chat.nlu.acts import ActReading
from llmrec.chat.nlu.normalisation import COMPLAINT, sentences

ASIDES = ("off_topic", "small_talk", "complain")
"""Acts that need no more than the model and a word that gives them away, whatever move the line seems to make."""
SEARCHES = frozenset(
    (
        "request",
        "preference",
        "critique_attribute",
        "critique_compare",
        "critique_example",
        "answer",
        "remember",
        "seen",
    )
)
"""Acts of which one that is sure keeps a line from a short reply."""
CUES = {
    "greet": r"^(?:hi|hey|hello|hiya|yo|good (?:morning|evening|afternoon))\b|^(?:你好|您好|嗨|哈喽|早上好|晚上好|在吗)",
    "thank": r"\bthanks?\b|\bthx\b|\bcheers\b|谢|多谢|辛苦",
    "end": r"\b(?:bye|goodbye|good night|see you|see ya|that'?s all|that will be all|i'?m done)\b|再见|拜拜|晚安|下次再|不聊了",
    "small_talk": r"\b(?:how are you|are you (?:a |an )?(?:robot|human|real|bot|ai|person|machine|chat ?gpt|gpt|siri|alexa)|your name|who are you|haha|lol)\b|你是谁|你叫什么|"
                  r"哈哈|你是机器人|你几岁",
    "off_topic": r"\b(?:weather|recipe|football|stocks?|capital of|homework|taxes|translate|president|flight|python code)\b|"
                 r"天气|股票|做饭|菜谱|作业|机票|首都",
    "harmful": r"\b(?:pirate|torrent|hack|bomb|steal|stolen|idiot|(?:you|u)(?:.re| are)? (?:so |really |just |an? )*stupid|ignore (?:your|previous)|system prompt|password)\b|"
               r"破解|盗版|偷|炸|忽略|白痴|傻",
    "complain": r"\b(?:useless|terrible|awful|rubbish|garbage|crap|hopeless|worst|stupid|annoying|pathetic|bad at this|"
                r"not listening|doesn'?t work|waste of time)\b|没用|垃圾|什么玩意|烂|差劲|投诉|听不懂",
    "unclear": r"^[^\w]*$|^(?=\w{4,}$)[^aeiouy\d\s]+$|^(\w{1,3})\1+$",
    "ask_item": r"^(?:is|are|does|do|did|was|were|has|can|who|how|what|when|where)\b|what'?s|\?\s*$|[吗么呢??]|谁|多长|讲什么|哪年",
    "compare": r"\bcompare|\bversus\b|\bvs\b|\bwhich\b|\bor\b.*\?|difference between|比较|对比|哪个|哪部|哪本|还是.*[??]?$|区别",
    "ask_history": r"\b(?:did|have|had|do) i\b|\bmy history\b|\bi (?:last|previously) (?:watch|buy|bought|saw|read)|我.*(?:看过|买过|读过|听过)|"
                   r"我(?:上次|最近|之前|以前)",
    "accept": r"\b(?:perfect|i'?ll (?:take|watch|go with|get) (?:it|that|the)|sounds (?:good|great|perfect)|sold)\b|就这个|就它|就要这",
    "why": r"\bwhy\b|how come|what makes you|how did you (?:pick|choose|come)|为什么|为啥|凭什么|凭啥|怎么会推荐",
}  # fmt: skip
"""Act -> words that give it away."""
PATTERNS = {act: re.compile(words, re.I) for act, words in CUES.items()}
QUESTIONS = frozenset(("ask_item", "compare", "ask_history", "why"))
"""Acts of which the words of a line must give one away, however sure the model is."""
WHOLE_LINES = {
    "greet": r"(?=\w)(?:(?:hi|hey|hello|hiya|yo|sup|good (?:morning|evening|afternoon|day))(?: there| all| again)?)?(?: ?(?:how(?:'s| is) it going|how are (?:you|things)(?: doing)?(?: today)?|what'?s up|how do you do|how goes it))?|你好|您好|嗨|哈喽|早上好|晚上好|在吗",
    "thank": r"(?:ok |great |perfect |many )?(?:thanks?|thank you|thx|cheers|ta)(?: you| a lot| so much| very much| a million| again)*|"
             r"(?:好的?|太好了)?(?:多?谢谢?|感谢|辛苦)(?:你|您)?(?:了|啦)?",
    "end": r"(?:ok |thanks |thank you |that'?s all |see you )*(?:good)?(?:bye|night|see you|see ya|later)(?: bye| then| now| for now)*|"
           r"(?:谢谢|好的?)?(?:再见|拜拜|晚安|下次再聊|下次见)(?:啦|了)?",
    "complain": rf"(?:(?:but|no|and|well|oh|hey|ok|nah|nope) )*(?:{COMPLAINT})|" r"(?:you(?: are|'?re)|this is|that(?: is|'?s)) (?:so |really |completely |totally |just |pretty )?(?:useless|terrible|awful|"
                r"rubbish|garbage|hopeless|crap|stupid|bad|no help|annoying|pathetic|not helping|a joke)(?: at this)?|"
                r"你?(?:真|太|好|这么|简直)?(?:没用|差劲|笨|垃圾|烂)(?:了|死了)?",
    "unclear": r"(?=[a-z]{5,}$)[^aeiouy]+",
    "unsure": r"(?:(?:hm+|well|oh|um+|uh) )*(?:i(?:'?m| am) )?(?:not (?:really |so |quite |entirely )?sure|(?:i )?(?:don'?t|do not) (?:really )?know|no idea|dunno|unsure)(?: yet| really| tbh| what (?:i|we) (?:want|like))*|"
              r"(?:我)?(?:也)?(?:不知道|不确定|没想好|说不准|不清楚|没主意)(?:想?看什么|想?买什么)?(?:啊|呢|诶|了)?",
    "accept": r"(?:(?:ah|oh|yes|ok|now)[, ]+)*(?:that'?s|this is|much|these are|now that'?s|way) (?:so |much |way |a lot |what i )?(?:better|"
              r"more like it|good|great|perfect|fine|nice|it|meant|wanted|want)|(?:这|这次|这样)?(?:好多了|不错|挺好)的?|(?:ok|okay|fine|great|perfect|good|nice|cool|sounds good|alright|all right)|好的?|嗯|可以|行",
}  # fmt: skip
"""Act -> lines that are nothing else; they need no model."""
WHOLE = {act: re.compile(words, re.I) for act, words in WHOLE_LINES.items()}
PLACES_ALONE = re.compile(
    r"(?:compare |which (?:is|one)?,? ?|should i (?:take|watch|get|buy) |第)?#?\d{1,2}(?:个|部)?\s*(?:or|vs\.?|versus|and|with|还是|和|跟|或)\s*"
    r"第?#?\d{1,2}(?:个|部)?[\s?.!??]*(?:哪个.*|比较.*|对比.*)?",
    re.I,
)
QUESTION = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well)[, ]+)*(?:is|are|was|were|does|do|did|has|who|who's|how|when|where|what|what's|which|whose|isn't|aren't|wasn't|doesn't|didn't)\b"
    r"(?! (?:about (?:a|an|some|something|the|\d|[a-z]+s\b)|else(?! (?:is|was|stars?|plays|acts|directed|in)\b)|there|you|we|i|do i|are you|do you|can|could|should|would)\b)|"
    r".*(?:[吗么呢谁?]|多长|讲什么|哪年|多少(?:钱|分|$)|几分)",
    re.I,
)
"""How a question begins that asks for no list."""
OF_TOPIC = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well)[, ]+)*(?:is|was|are|were|does|did|do|has) (?:it|that|this|they|these|those)\b", re.I
)
"""How a question about what was spoken of begins."""
LIST_REQUESTS = re.compile(
    r"\b(?:(?:what|which)(?: (?!one\b|ones\b|of\b|two\b|did\b)\w+)?|anything|something)(?: else)?"
    r"(?:'s (?:good|worth)|(?: (?:is|are) (?:there|good|worth))?(?: (?:that|which))?"
    r" (?:(?:should|can|could|shall|might|would|do|to|must|may)(?: (?:i|we|you|one|he|she|they|my \w+|a \w+))?)?)"
    r"[^,.;?!]{0,15}?\b(?:watch|watching|see|seeing|buy|buying|read|reading|get|wear|try|order|rent|stream|recommend|suggest|show me)\b"
    r"|\bwhat(?:'s| is) (?:next|good|on)\b(?! about)|看(?:点|些)?什么|(?:有)?什么(?:好看|推荐|可看|值得)|买(?:点|些)?什么|(?:推荐|介绍)(?:一下|几部|点|些)?(?:吧|吗)?[?？]?$",
    re.I,
)  # fmt: skip
"""A question that asks what to watch, or to buy: a request for a list."""
ANOTHER = re.compile(
    r"\b(?:another|similar|more like|(?<!do )(?<!did )(?<!by )others?(?! (?:people|viewers|users|customers|folks?|reviewers)\b)|else|instead|recommend|suggest|sequel)\b|类似|推荐|换",
    re.I,
)
HOW_MANY = re.compile(
    r"how many (?:of (?:these|them|those|the list)|here|in (?:the|this|your) list)\b|(?:这些|里面|其中)(?:里|中)?(?:有)?几",
    re.I,
)
REQUESTS = re.compile(
    r"(?:看|买|读|听|穿|选|推荐|挑)(?:点|个|些)?(?:什么|哪|啥)|推荐|有什么(?:好|可以)|来[点个部本]|\bwhat (?:should|shall|could|can) i\b|"
    r"\bwhat(?:'s)? next\b|\bany (?:ideas|suggestions|recommendations|tips)\b|"
    r"^(?:(?:hi|hey|hello|ok|please|now|then)[,.! ]*)?(?:something|anything|recommend|suggest|show me|find me|give me|i want to (?:see|watch|read|laugh|cry))\b",
    re.I,
)
"""Words that ask for a list, whatever else a line does."""
MOOD_ALONE = re.compile(
    r"\b(?:cheer (?:me|us) up|make (?:me|us) (?:laugh|cry|smile)|(?:i|we)(?:'m| am| feel|'re| are)(?: so| really| very| a bit)? (?:sad|down|low|bored|lonely|depressed|stressed|tired)"
    r"(?: (?:today|tonight|now))?[.,! ]*$)|心情(?:不|很)?(?:好|差|糟)|好?无聊啊?$|想哭|想笑|难过|压力(?:好|很)?大",
    re.I,
)
"""What tells a mood, for which a list is wanted."""
SOMETHING = re.compile(
    r"(?:(?:ok|well|so|then|and|maybe|please|just)[, ]+)*(?:an?|some|something|anything|any|more)\b(?![^.!]*\?)", re.I
)
"""How a wish begins that is no more than what is wanted: "a whodunit"."""
ONLY_THOSE = re.compile(
    r"(?:(?:ok|then|so|yes|please|and|now|great|cool|right)[, ]*)*(?:(?:can you |could you )?(?:only |just )?(?:show|give|list|keep)(?: me)? (?:only |just )?"
    r"(?:those|them|these)(?: ones| films| \w+)?|(?:only|just) (?:show me )?(?:those|these|them)(?: ones| \w+)?)(?: please| then)*[\s.!?]*|"
    r"那?(?:就|只)(?:看|要|留|显示|给我看|列)?(?:这些|那些|[这那]几[个部本件])(?:吧|就好)?[。! ]*",
    re.I,
)
"""What wants just the items that the last reply told of."""
VERSUS = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well|wait)[, ]+)*(?:is|are|was|were|isn't) (?P<one>.+?) (?:really |actually |much |any |even )*(?P<word>newer|older|earlier|later|more recent|longer|shorter|"
    r"cheaper|(?:less|more) expensive|pricier|dearer|better|worse|funnier|scarier|sadder|darker|lighter|warmer|nicer) than (?P<other>.+?)[\s?.!]*|"
    r"(?P<a>.*?)(?:是不是)?(?:比|有没有比)(?P<b>.+?)(?:更|还|要)?(?P<zh>新|老|旧|早|晚|长|短|便宜|贵|好看?|搞笑|恐怖|吓人)(?:一?[点些])?(?:吗|么|\?)[?]*",
    re.I,
)
"""What asks how two items compare."""
WHICH_HAVE = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well)[, ]+)*(?:which|what|are any|is any|any)(?: ones?| films?| movies?)?(?: of (?:these|them|those|the list|(?:this|that|the) (?:lot|bunch|batch)))?(?: ones?)?(?: on the list| in (?:the list|there))? "
    r"(?:has|have|is|are|was|were|contains?|with|suits?|got|comes?|made|that is|that are|(?=from |suitable |on |in (?!stock))) ?(?P<what>.+?)[\s?.!]*|"
    r"(?:这里面|其中|里面|这些(?:里面?|中)?|它们)?(?:有)?哪(?:些|几?[个部本件])(?:是|有|适合)(?P<zh>[^最]+?)(?:的|吗|呢|[?])*",
    re.I,
)
"""What asks which of the list have something."""
ABOUT_TITLE = re.compile(r"(?:(?:and|so|ok|well|but|then)[, ]+)*(?:what|how) about (?P<what>[^,?.!;]+?)[\s?.!]*", re.I)
HOW_LIKED = re.compile(
    r"(?:(?:and|so|but)[, ]+)*did (?:i|we) (?:really |actually )?(?:like|enjoy|love|rate|hate) (?:it|that|them|this|those)[\s?.!]*|我喜欢(?:它|[这那][部本个件])?吗[?]*",
    re.I,
)
MIN_LIST, MIN_LIST_FIRST = 0.5, 0.25
"""Probability from which a line wants a list, and from which one does that opens, or in which the rules read a condition."""
RECAP = re.compile(
    r"\b(?:recap|what (?:did|have) i (?:just )?(?:rule[d]? out|exclude[d]?|turn(?:ed)? down|forbid|forbidden|ban(?:ned)?)|summari[sz]e what|sum up (?:what|my)|what (?:are you filtering|(?:did|have) i (?:say|said|ask|asked|told|tell)|"
    r"have you (?:got|noted|understood)|(?:rules|conditions) (?:hold|are|do))|(?:what are|which are|list) my (?:rules|conditions|filters)|"
    r"still (?:appl(?:y|ies)|hold|count|on|in force))\b(?!.*\blast time\b)|总结一下条件|现在(?:有)?(?:什么|哪些)条件|还算数吗|还记得我说的",
    re.I,
)
"""What asks which conditions hold."""
MEMORY = re.compile(
    r"\b(?:what (?:all )?(?:do|did|have) you (?:already |really )?(?:know|remember|learn(?:ed|t)?|keep|store|kept|stored|noted)(?: so far)?(?: (?:about|of) "
    r"(?:me|us)|$|[ ?.!]*$| (?:i|we) (?:said|like|told))|what (?:have|did) (?:i|we) (?:told|tell) you|what (?:i've|i have|we've) told you|"
    r"what (?:rules|preferences|likes|dislikes) do (?:i|we) have|what (?:are|were) (?:my|our) (?:likes|dislikes|preferences)|"
    r"do you (?:still )?(?:know|remember) (?:me\b|my (?:rules?|preferences?|likes?|dislikes?|taste)|what (?:i|we))|what(?: is|'s) my taste|"
    r"what (?:do|did) you (?:have|hold) (?:on|about) (?:me|us)\b|remind me (?:of )?what|(?:my|our) profile|what data|do you (?:even )?know (?:who|how old|where|what) i\b)|(?:你|您).{0,3}(?:知道|了解|记得|记住|晓得).{0,4}我(?!们?(?:想要|要找))|记得.*(?:对什么|说过|讲过|告诉)|"
    r"我(?:都)?(?:说过|告诉过你|讲过)(?:些)?什么|我的(?:规则|喜好|偏好)",
    re.I,
)
"""What asks what is known of the person."""
WHY_NOT = re.compile(
    r"(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*(?:why|how come)\b(?:.*?\b(?:is|are|was|were|did|do|does|have|has)?(?:n't| not| never)\b)"
    r"(?: (?:you|there|in (?:there|it|the list)))?(?: (?:show|shown|recommend(?:ed)?|suggest(?:ed)?|listed?|give|given|include[d]?|offer(?:ed)?))?(?: (?:me|us))?"
    r"(?P<after>.*?)[\s?.!]*|"
    r"(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*why (?:did|do|have|would) you (?:leave|left|keep|kept) (?:out|away) (?P<out>.+?)[\s?.!]*|"
    r"(?:为什么|为啥|怎么|咋)(?:没有?|不(?:推荐?|给我|出现)|没推荐?|没出现)(?P<chinese>.+?)[\s??。呢吗]*|where(?: is| are|'s) (?P<where>.+?)[\s?.!]*",
    re.I,
)
"""What asks why something is not in the list."""
OTHERS = re.compile(
    r"^\s*(?:some )?(?:more|others?)(?=\s*[,;.]|\s+(?:but|and)\b)|"
    r"换一?批|其[它他](?:的)?(?:再)?(?:来|推荐)|再来[几些]|换[几些]|"
    r"\b(?:(?:give|show|find|get)(?: me| us)? (?:some |any )?others?|(?:other|different|new|fresh) ones|"
    r"(?:the )?(?:very )?same (?:films?|movies?|ones|list|five|items)(?: again)?)\b",
    re.I,
)
"""Words by which what was listed is not to come again."""
RATHER_THAN = re.compile(
    r"(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*(?:why|how come|what makes)\b(?:'s)? ?(?:(?:is|are|was|did|do|would|have) )?(?:you )?"
    r"(?:(?:pick|picked|choose|chose|chosen|recommend|recommended|suggest|suggested|show|shown|list|listed|put|rank|ranked|prefer|take|have)\b ?)?"
    r"(?P<one>.+?),? (?:ranked |listed |placed |put |better |shown )?(?:and not|but not|instead of|rather than|over|not|before|above|ahead of|higher than|than|in place of) "
    r"(?P<other>.+?)[\s?.!]*|"
    r"(?:为什么|为啥|凭什么|怎么)(?:你|您|会|要)*(?:是|选|推荐|选择|挑|给我)*了?(?P<a>.+?)[,]?(?:而(?:不是|没有?选?|没有?推荐)|不是|却不是|没有?选|排在(?!最|第一))(?P<b>.+?)(?:的?前面|之前|上面)?(?:呢|啊)?[?。! ]*|"
    r"(?:为什么|为啥|凭什么|怎么)(?:你|您|会|要)*把(?P<c>.+?)(?:放|排|摆|列)(?:在|到)?(?:最?前面?|第一(?:个|位)?|最?上面|里面)?[,]?(?:而|却)?(?:不|没)(?:放|排|摆|选|推荐?|列|要)?(?:是)?(?P<d>.+?)(?:呢|啊)?[?。! ]*|"
    r"(?:为什么|为啥|凭什么|怎么)(?:你|您|会|要)*(?:推荐?|选|是|给我)(?P<e>[^,]+?)[,](?P<f>[^,]+?)(?:就|难道)?(?:不行|不可以|不好|怎么不行)(?:吗|么)?[?。! ]*|"
    r"(?:为什么|为啥|凭什么|怎么)(?P<g>[^,比]+?)(?:会|要)?比(?P<h>[^,]+?)(?:还|更)?(?:靠[前后上下]|好|排?[得名]?[高低前后])(?:呢|啊)?[?。! ]*",
    re.I,
)
"""What asks why the list has one item and not another."""
PICK = re.compile(
    r"(?:(?:ok(?:ay)?|so|and|but|hm+|well|then|please|just|come on|go on|now|oh|can you|could you|would you|you)[, ]+)*(?:"
    r"which(?: (?:one|of (?:these|those|them|the \w+)|of the list|film|movie|item))*"
    r" (?:would|do|should|could|shall|might|'d) (?:you|i|we)(?: (?:personally|yourself|guys|rather|most|really|just))?(?: (?:pick|choose|take|recommend|go (?:for|with)|suggest|watch|buy|get|start with|see|wear|order|select|prefer|like)\b)(?P<of>.*?)|"
    r"what (?:would|do|'d) you(?: (?:personally|yourself))? (?:pick|choose|take|go (?:for|with)|select)(?P<what>.*?)|"
    r"what (?:would|do|should|shall) (?:you|i|we) [a-z]+ (?:out )?(?:of|from|among) (?:these|those|them|the list|that list)(?P<among>.*?)|"
    r"which(?: (?:one|of (?:these|those|them)|of the list|film|movie|item))*(?: (?:is|would be|'s|do you think is))(?: the)? (?:best|better (?:buy|bet|choice|pick|one|option|film|deal|fit)|your favou?rite|(?:right|top)(?: one| pick| choice)?(?=$|[ ?.]*$| for\b| of\b))(?P<best>.*?)|"
    r"which(?: (?:one|of (?:these|those|them)))?(?: (?:would|will|might|could))? (?:suits?|fits?|works?|does|goes with|goes down)\b(?P<suits>.*?) best(?P<suited>.*?)|"
    r"tell (?:me|us) (?:which|what)(?: (?:one|of (?:these|those|them)))?(?: to | (?:i|we) should )(?P<tell>.*?)|"
    r"what(?:'s| is| would be) your (?:own )?(?:top |first |personal |best )?(?:pick|favou?rite|choice|recommendation|tip)(?P<own>.*?)|"
    r"(?:pick|choose|select|decide on|take|recommend)(?: (?:me|us))?(?: just| only)? (?:one|the (?:best|[a-z]+est|most [a-z]+)(?: one)?)(?P<one>(?: (?:of|out|from|for|then|please|now|yourself)\b.*?)?)|"
    r"(?:decide|choose|pick)(?: for (?:me|us))(?P<for>.*?)|"
    r"if you had to (?:pick|choose)(?P<had>.*?)|"
    r"i (?:can't|cannot|can not) (?:decide|choose|make up my mind)(?P<cannot>.*?)|make up (?:my|our) minds?(?P<mind>.*?)|"
    r"(?:i'm|i am|we're|we are) (?:really |a bit |so )?(?:torn|undecided|wavering|dithering|stuck)(?P<torn>(?: between| on)?.*?)|"
    r"(?:talk|sell|convince|persuade) (?:me|us) (?:into|on|of) (?:one|any|either)(?: of (?:these|those|them))?(?P<talk>.*?)|"
    r"(?:help|assist) (?:me|us) (?:to )?(?:choose|decide|pick)(?P<help>.*?)|"
    r"(?:whatever|whichever)(?: one)? you (?:think|say|prefer|reckon|like best|would)(?: is best)?(?P<whatever>)|(?:it's )?(?:up to you|your (?:call|choice))(?P<call>)|"
    r"(?:settle it|break the tie)(?: for (?:me|us))?(?P<settle>.*?)"
    r")[\s?.!]*|"
    r"(?:那|要不|不如|好吧?|嗯|请|还是|就|麻烦)*(?:你|您)?(?:来|帮我|替我|给我|帮我们|替我们|直接|就|帮忙|觉得|从(?:里面|这里面|中|这些里面?))*(?:选|挑|定|推荐)(?:一|1)?(?:个|部|本|件|款|条)(?P<zh>最[^,。]{1,6}的)?(?:给我们?)?(?:看|买|穿)?(?:吧|好了|呗|就行)?[。! ]*|"
    r"(?:你|您|要是你|如果是你)(?:会|觉得|建议|自己|最|想)*(?:选|挑|推荐|看好|看|买|喜欢|中意|偏爱)哪(?:一)?(?:个|部|本|件|款|条)(?:呢|啊)?[?。 ]*|"
    r"(?:这(?:里面|些|几[个部件])(?:里面?|中)?|里面|其中|到底|所以)*(?:我(?:们)?(?:该|应该)?(?:看|买|选)?)?哪(?:一)?(?:个|部|本|件|款|条)(?:最|比较|更)?(?:好|合适|值得看|值得买|推荐|适合我们?(?:两个|俩)?(?:看)?)(?:一?[点些])?(?:呢|啊|吗)?[?。 ]*|"
    r"[^?\u3002]{0,20}(?:选不出来|拿不定主意|纠结|选择困难)[^?]*|"
    r"(?:(?:行|好吧?|算了|那|就)[,]?)*(?:就(?:是)?你了[,]?)?(?:都)?(?:听你的|(?:(?:你|您)(?:替我们?|帮我们?|给我们?|来)?|[帮替]我们?)(?:做主|拿(?:个)?主意|决定|说了算|看着办|定|拍板)(?:一个|一部)?)(?:吧|好了)?[。! ]*",
    re.I,
)
"""What leaves the choice among the items listed to us."""
TASTE_OF_OTHERS = re.compile(
    r"\b(?:would|will|might|could|do you think) (?:my \w+|he|she|they|the (?:kids|children|others)|anyone|everyone|people|most people) (?:would |will |might )?(?:really |actually )?"
    r"(?:like|enjoy|love|hate|mind|fancy|approve of|appreciate)\b|(?:我)?(?:妈|爸|老婆|老公|女朋友|男朋友|朋友|他|她|爷爷|奶奶)们?(?:会|能)(?:不会)?(?:喜欢|爱看)",
    re.I,
)
"""What asks whether somebody else would like an item."""
TASTE_OF_WHOM = re.compile(
    r"(?:(?:so|and|but|ok|hm+)[, ]+)*what (?:would|might|could|will|do|does)(?: you think)? (?:my \w+|our \w+|he|she|they|people)(?: would| might)? (?:like|enjoy|love|want|go for)[\s?.!]*|"
    r"(?:我)?(?:妈妈?|爸爸?|老婆|老公|女朋友|男朋友|朋友|姐姐|妹妹|哥哥|弟弟|他|她)们?会喜欢(?:什么|哪[部个本件种])[?呢。 ]*",
    re.I,
)
"""What asks for the taste of somebody of whom nothing is known."""
WHY_AND = re.compile(
    r"(?:(?:so|and|but|ok)[, ]+)*why (?:is )?number (?P<place>\d{1,2})(?: there| here)?[,?;]+ (?:and )?(?P<asks>(?:is|isn't|does|are|has) (?:it|that|this)\b[^?]*)[?.! ]*",
    re.I,
)
"""What asks why an item is there, and something else of it."""
_POLITE = r"(?:(?:please|can you|could you|ok|so|and|hm+|well)[, ]+)*"
_MORE_OF = r"(?: (?:a (?:bit|little)|some))?(?: more)?(?: (?:info(?:rmation)?|details?))?(?: (?:of|about|on|for))?"
SHOW_PLACE = re.compile(
    rf"{_POLITE}(?:(?:show|give|tell)(?: me)?{_MORE_OF}|describe|what (?:else )?(?:can you tell me|do you know)"
    rf"(?: (?:about|of))?|(?:some |more )*(?:info(?:rmation)?|details?) (?:on|about|of|for))"
    r" (?:(?:number|no\.?|nr\.?|#)? ?\d{1,2}|the (?:first|second|third|fourth|fifth|last)(?: (?:one|film|movie|book))?)"
    r"(?:,? please)?[\s?.!]*",
    re.I,
)
"""What asks for all that is known of an item at a place of the list."""
WHY_PLACED = re.compile(
    rf"{_POLITE}(?:(?:tell|explain)(?: to)?(?: me)? )?(?:why|how come)\b(?!.*(?:n't|\bnot\b|\bnever\b))"
    r".*\b(?:put|pick(?:ed)?|ch(?:oo|o)se|chosen|rank(?:ed)?|list(?:ed)?|place[ds]?|is|comes?|first|on top|up there)\b.*",
    re.I,
)
"""What asks why an item is where it is in the list."""
FACT_OF_PLACE = re.compile(
    rf"{_POLITE}(?:who|what|when|how|where|is|are|does|do|was|can)\b[^,;]*\b(?:of|in|for|about|by) "
    r"(?:(?:number|no\.?|nr\.?|#)? ?\d{1,2}|the (?:first|second|third|fourth|fifth|last)(?: (?:one|film|movie|book))?)[\s?.!]*",
    re.I,
)
"""What asks for a fact of an item at a place of the list: "who's the director of 3?"."""
OF_ALL_LISTED = re.compile(r"\b(?:these|those|they|them|(?:this|that) lot)\b|这些|这几|它们|那些|那几", re.I)
"""What speaks of all that is listed."""
COMPARED_WITH = re.compile(
    r"\b(?:compared? (?:to|with)|versus|vs\.?|against|next to|or)\b|(?:跟|和|与|同).+?比|比起|相比", re.I
)
"""What compares what is spoken of with an item that the line names."""
IN_LIST = re.compile(
    r"(?:(?:so|and|but|wait|hey|lol|bruh|dude)[, ]+)*(?:is|isn't) (?P<title>(?!(?:there|it|that|this)\b).+?)(?: even| actually)? (?:in|on|among) (?:there|here|(?:the|your|my|this|that|these)(?: (?:list|results?|ones))?)[\s?.!]*",
    re.I,
)
PLACE_OF_LIST = re.compile(
    r"\b(?:in|on) (?:there|it|here|(?:the|your|my|this|that) (?:list|results?))|\b(?:there|here|listed|included|shown|recommended|suggested|an option|"
    r"before|then|among (?:them|these)|one of (?:them|these))\b|\b(?:a|an|the|any) (?=\w+ ones?\b)|\b(?:showing|shown|show|recommend(?:ed|ing)?|me|you|being)\b",
    re.I,
)
ANY_LIST = re.compile(
    r"(?:(?:ok|please|just|go on|so)[,.! ]*)*(?:surprise me|what do you (?:think|reckon|guess) (?:i|we)(?:'d| would|'ll| will| might)? (?:like|enjoy|love)(?: to (?:see|watch|read|buy))?(?: (?:tonight|today|now))?|what(?: is|'s| would be) (?:good|right|best) for (?:me|us)|what do you recommend|what(?:'?s| is) good(?: (?:tonight|today|here|then))?|what(?:'s| is| would be) (?:good|decent|nice|fun|ideal|a good (?:one|film|movie|choice)|worth (?:watching|seeing)) (?:for|with|on) .+?)(?: then)?[\s?.!]*|[^,?!。]{0,20}(?:看|买|读|穿|送)(?:点|个|些)?(?:什么|啥)(?:比较|最)?(?:好|合适|呢)?[?呢吧。! ]*",
    re.I,
)
"""What wants a list, whatever it is of."""
SURPRISE = re.compile(
    r"(?:please |just |then |so )*\b(?:surprise (?:me|us)|something (?:(?:completely|totally|entirely|very|really) )?"
    r"different|(?:a |for a )?change of (?:pace|scene|scenery)|"
    r"anything goes|whatever you (?:like|want)|dealer'?s choice)\b(?: please)?|"
    r"(?:来|换|给我|推荐|看)?(?:我)?一?[点些个部]?(?:完全)?(?:不一样|不同|另类)的?(?:吧|东西|电影|片子?)*|"
    r"(?:换|换换|换个|换一个|换一下)(?:口味|类型|风格)(?:吧|了)?|(?:随便|随机)(?:来|给|推荐|挑|选)[^,。]{0,5}|给我(?:一?个)?惊喜",
    re.I,
)
"""Words by which a line wants something that it does not describe, whatever was asked for before."""
CHANGE = re.compile(r"\bdifferent|\bchange of\b|不一样|不同|另类|口味|类型|风格", re.I)
"""Words of it by which what was asked for before is not to hold on."""
GOES_WITH = re.compile(
    r"\b(?:(?:that|which|to|would|will|could)? ?go(?:es|ing)? (?:well |nicely )?(?:with|together)|match(?:es|ing)?|pairs? with|wear with)\b|搭配?|配(?:它|这|第)",
    re.I,
)
"""What is wanted to go with something else."""
ABLE = re.compile(
    r"(?:(?:so|hi|hey|hello)[, ]+)*(?:what (?:else )?(?:can|do) you do(?: for me)?|how does (?:this|it) work|what can i (?:say|ask)|help(?: me)?)[\s?.!]*|(?:你|您)(?:能|会|可以)(?:做|干)(?:些)?什么[??]*|怎么用[??]*",
    re.I,
)
"""What asks what can be said here."""
PRESENCE = re.compile(
    r"\b(?:do (?:you|they) (?:have|stock|sell)|have you got|you got|got|is there|in (?:there|here|it|the catalogue|stock))\b|有没有|有吗|有冇|在不在|有《[^》]+》(?:吗|么|没有?)",
    re.I,
)
"""What asks whether an item is in the catalogue."""
IN_CATALOGUE = re.compile(
    r"\b(?:in (?:here|the catalogue|stock)|do you (?:even )?(?:have|stock|sell)|have you got)\b|目录里|有没有|有吗|有《[^》]+》(?:吗|么|没有?)",
    re.I,
)
"""What asks for the catalogue, and not for the list."""
HAVE_TITLE = re.compile(
    r"\b(?:do you (?:even )?(?:have|stock|sell)|have you got|is there)(?i: the film| the movie| the book)? "
    r"(?P<title>[A-Z][\w'.-]*(?: (?:of|the|and|in|a|an|to|for|with|[A-Z\d][\w'.:-]*))*)(?= at all| in (?:there|here)| anywhere|[\s?.!]*$)|"
    r"^(?:(?:and|so|ok|but|or)[, ]+)*do you (?:even )?have (?!(?:any|some|an?|more|others?|another|anything|something|ones?|"
    r"the same|it|that|th[eo]se|this|films?|movies?)\b)(?P<lower>[a-z][\w'-]*(?: [\w'-]+){0,4}?)(?: at all)?[\s?.!]*$|"
    r"《(?P<chinese>[^》]+)》.{0,3}(?:有吗|有没有|在吗)|有没有《(?P<zh>[^》]+)》[?吗]*$"
)
"""A title that is asked for, as it is written."""
KNOWN = re.compile(
    r"\b(?:(?:i|we|she|he|they)(?:'ve| have|'s| has| had)? (?:already |both |all |just )?(?:seen|watched|own|owned|read|bought)|"
    r"(?:already |have |has )(?:seen|watched|own|read|bought)|(?:my|the|our) \w+(?:'s| has| have)(?: already| just)? (?:seen|watched|read|got)|(?:just )?(?:finished (?:watching|reading)|rewatched)|(?:my \w+|(?!we|i|you|has|have)[a-z]+) (?:just |already )?(?:saw|watched)(?= (?!it\b|that\b|the \w+ one)\w)|seen|own it|i know (?:it|that|them)|been there|"
    r"watched (?:it|that|the)|on dvd|done .{1,40}to death|(?:a hundred|many|too many|a million|\d+) times|know .{1,40}by heart|i(?:'ve| have) got)\b(?! (?:to|no|a|an|any|the idea)\b)|[看读买听用睇]过|[看讀買聽用睇]過|已经有",
    re.I,
)
"""What says of items that they are known."""
KNOWN_ALONE = re.compile(
    r"(?:(?:already|i'?ve|i have|yes|oh|ha|all|both|christ|ok)[, ]*)*(?:seen|own it|know it|read|got)(?:[, ]+(?:seen|it|them|that|all|both|already|"
    r"christ|obviously|obvs|lol|that one|them all))*[\s.!]*|(?:都|我)?(?:看|读|买|听)过(?:了|啦)?(?:[,,。! ].{0,6})?",
    re.I,
)
UNWANTED = re.compile(
    r"\b(?:skip|remove|drop|hide|without|leave out|not|no|never(?! heard)|swap|replace|lose|take out|still (?:there|in there|here|on the list|listed)|"
    r"(?:are|is) (?:literally|both|still) |looks? (?:mid|bad|boring|awful|dull|lame)|sucks?|sucked)\b|去掉|不要|换掉|跳过|别推|算了|除外",
    re.I,
)
ALIKE = re.compile(
    r"\b(?:something|anything|ones?|more|films?|movies?|stuff|things) like\b|^like\b|\bsimilar to\b|"
    r"\b(?:kind|sort|type|line) as\b|\b(?:vein|style|spirit) of\b|\bclose to\b|像|类似",
    re.I,
)
"""By which a title is an example, and not turned down."""
CORRECTION = re.compile(
    r"\b(?:i|we) (?:did ?n'?t|did not|never) (?:say|said|mean|meant|want|ask)|\bi (?:mean|meant|asked|said)\b(?! (?:no|not|without|skip)\b)|\b(?:what'?s|which(?:'s| is| one)?|who'?s|how) (?:better|older|"
    r"newer|longer|shorter|good|old|long|is|are|was)\b|\bput (?:.{1,40} )?back\b",
    re.I,
)
"""What corrects, or asks, beside a "no"."""
WHAT_ABOUT = re.compile(r"(?:^|[,.!] )(?:and |so |ok )?(?:what|how) about\b", re.I)
QUESTION_OPENING = re.compile(
    r"(?:(?:and|so|ok|lol|dude|sick|cool|nice|hm+|but|also)[,. ]+)*(?:wh?[ua]ts?|what'?s|who'?s?|which|how|when|why)\b",
    re.I,
)
"""How a question begins, as people type it who set no question mark."""
UNWANTED_ALONE = re.compile(
    r"(?:ok|then|hm+|no|well|better|just)?[, ]*(?:skip|remove|drop|hide|leave|swap|replace) (?:it|that|that one|this one)(?: (?:out|then|to be safe|"
    r"please|for another))*[\s.!]*|那?就?(?:去掉|换掉|不要|换一个|换一本|换一部|跳过)(?:它|这个|那个)?(?:吧|了)?[。! ]*",
    re.I,
)
KEEPS = re.compile(r"\b(?:keep|rest|yes|take)\b|留|保留|其他", re.I)
MAX_NAMED = 3
"""Titles beside the list that one line may name as known."""
WHY_CHINESE = re.compile(
    r"(?:为什么|为啥|凭什么|怎么会?)(?!没|不)(?:你|您)?(?:要|会|给我)?(?:选|推荐|挑|把|是|给|第.{1,3}排|排)"
)
MOST = re.compile(
    r"\b(?:funniest|silliest|scariest|saddest|goriest|bloodiest|(?:most|least) (?:funny|silly|romantic|violent|scary|sad)|best for (?:kids|children))\b|"
    r"最不?(?:适合(?:小?孩子?|儿童|小朋友)|催泪|悲|虐|好笑|搞笑|恐怖|吓人|浪漫|感人|暴力)",
    re.I,
)
SUPERLATIVE = re.compile(
    r"\b(?:most|least) [a-z]+(?:-[a-z]+)?|\bbest for [a-z]+|\b(?!(?:interest|request|honest|suggest|forest|west|guest|quest|rest|test|modest|latest)\b)[a-z]{2,}est\b(?: rated)?|\blatest\b|"
    r"最不?(?:适合[\u3400-\u9fff]{1,3}|[\u3400-\u9fff]{1,2})(?=的|、|又|最|,|[??])",
    re.I,
)
"""What is compared by, as a question says it."""
BOTH = re.compile(r"\b(?:both|the pair|all (?:of them|three|four|five))\b|两个都|都要|全要", re.I)
SENTENCES = re.compile(r"[.!?]\s+\w|[。!?]\s*\w")
TAKES = re.compile(r"\b(?:i|we)(?:'ll| will|'d| would) (?:take|have|get|buy|go (?:for|with))\b|就(?:要|买|选)", re.I)
"""What takes an item, whichever it is."""
BYE = re.compile(r"\b(?:bye|goodbye|good night|see you|see ya)\b|再见|拜拜|晚安", re.I)


def sure(act: str, reading: ActReading, line: str) -> bool:
    """Tell whether the words of a line give away an act that the model finds likely, or the model is sure without.

    Of a question words must give it away: people search far more often than they ask.

    Parameters
    ----------
    act
        One of `llmrec.chat.nlu.acts.ACTS`.
    reading
        What the model reads in the line.
    line
        What a person wrote.

    Returns
    -------
    bool
    """
    cue = PATTERNS[act].search(line) is not None
    return act in reading.acts if cue else act in reading.confident and act not in QUESTIONS


def absence_query(line: str, names: Callable[[str], bool]) -> str | None:
    """Read of what a line asks why the last list does not have it.

    Parameters
    ----------
    line
        What a person wrote.
    names
        Whether a text names an item.

    Returns
    -------
    str or None
        Its words; None where the line asks something else.

    Examples
    --------
    >>> absence_query("why isn't Heat in there?", lambda text: True), absence_query("how long is it?", lambda text: True)
    ('Heat', None)
    """
    parts = sentences(line)
    if len(parts) == 1 and re.search(r"[\u3400-\u9fff]", line):  # 朋友说《Titanic》不错,为啥没给我推
        parts = line.split(",")
        asked = next((each for part in parts[1:] if (each := absence_query(part, names)) is not None), None)
        if asked is not None:
            return asked
    for sentence in parts if len(parts) > 1 else ():
        if names(sentence) and (subject := absence_query(sentence, names)) is not None:
            return subject
    if listed := IN_LIST.fullmatch(line.strip()):
        return listed["title"]
    line = re.split(r"(?<=[?!;])\s+", line.strip(), maxsplit=1)[0]  # "why Heat? I never watch that" asks for its reason
    match = WHY_NOT.fullmatch(line)
    if match is None or (match["where"] is not None and not names(line)):
        return None
    if match["chinese"]:
        left = re.sub(
            r"^(?:你|您|给我们?|给|推荐|推|出现|列出来?|列|放|选|看到|它|这部|这个|那部|那个)+$",
            "",
            match["chinese"].strip("《》"),
        )
        return left or "that"
    if match["out"]:
        return match["out"]
    words = re.sub(r"^(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*(?:why|how come)\b", " ", match[0], flags=re.I)
    words = re.sub(r"^\W*(?:is|are|was|were|did|do|does|have|has)?(?:n't| not)?\b|\b(?:is|was|are)(?:n't| not)\b|\b(?:not|never)\b|^where(?:'s| is)", " ",
                   words.strip(), flags=re.I)  # fmt: skip
    return " ".join(PLACE_OF_LIST.sub(" ", words).split()).strip(" ?.!") or "that"
