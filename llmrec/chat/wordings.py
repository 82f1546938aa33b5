"""What the conversation says in words, in English and Chinese: data alone.

`{noun}` and `{nouns}` are the catalogue's word for its items.
"""

from collections.abc import Mapping

NOUNS = {"film": "电影", "product": "商品", "item": "条目"}
"""The English noun of `llmrec.catalog.wording` -> the Chinese one."""
CHOSE = {"watched": "看过", "bought": "买过", "picked": "选过"}
"""The English verb of `llmrec.catalog.wording` -> the Chinese one."""

ATTRIBUTES = {
    "year": "年份", "release year": "年份", "price": "价格", "runtime": "时长", "duration": "时长", "minute": "时长",
    "page": "页数", "genre": "类型", "rating": "评分", "colour": "颜色", "color": "颜色", "size": "尺码", "brand": "品牌",
    "author": "作者", "director": "导演", "category": "类别", "material": "材质", "pattern": "图案", "section": "系列",
    "department": "部门", "garment group": "服装大类", "product type": "种类", "department name": "部门",
}  # fmt: skip
"""Noun of an attribute -> the Chinese one."""

SAYS: Mapping[str, Mapping[str, str]] = {
    "value": {"en": "{title}: {name} {value}.", "zh": "《{title}》的{name}:{value}。"},
    "genres": {"en": "The catalogue lists {title} as {value}.", "zh": "目录里《{title}》的类型是{value}。"},
    "year": {"en": "{title} is from {value}.", "zh": "《{title}》是{value}年的。"},
    "price": {"en": "{title} costs {value}.", "zh": "《{title}》的价格是{value}。"},
    "price in own figures": {"en": "{place} in price here", "zh": "价格在这里{place}"},
    "no sum of money": {
        "en": "The catalogue tells no sums of money; by its figures {title} is {place}.", "zh": "目录里没有写具体的价钱;按它的数值,《{title}》{place}。",
    },
    "cheaper ones": {"en": "of the cheaper ones", "zh": "价格偏低的"},
    "dearer ones": {"en": "of the dearer ones", "zh": "价格偏高的"},
    "ones between": {"en": "with a price in between", "zh": "价格居中的"},
    "price cheapest": {"en": "among the cheapest", "zh": "属于最便宜的"},
    "price cheaper": {"en": "on the cheaper side", "zh": "偏便宜"},
    "price average": {"en": "about average", "zh": "算中等"},
    "price dearer": {"en": "on the dearer side", "zh": "偏贵"},
    "price dearest": {"en": "among the most expensive", "zh": "属于最贵的"},
    "about": {"en": "{title}: {value}", "zh": "《{title}》:{value}"},
    "lacks": {"en": "The catalogue does not tell {what}.", "zh": "目录里没有写{what}。"},
    "described": {
        "en": "The catalogue does not tell {what}; its description says: {value}", "zh": "目录里没有写{what},介绍里写的是:{value}",
    },
    "lacks it": {"en": "The catalogue does not tell {what}: it has only {facts}.", "zh": "目录里没有写{what},只有{facts}。"},
    "lacks unnamed": {"en": "That I cannot tell: of {title} the catalogue has only {facts}.", "zh": "这个我说不准,关于《{title}》目录里只有{facts}。"},
    "lacks among": {
        "en": "That I cannot tell; of {title} the catalogue has {facts} and the like.", "zh": "这个我说不准,关于《{title}》目录里有{facts}等。",
    },
    "more like it": {"en": "I can show others like it, though.", "zh": "不过可以找几个类似的。"},
    "cannot hold": {
        "en": "The catalogue does not tell {what}, so I cannot go by that.", "zh": "目录里没有写{what},所以没法按这个来选。",
    },
    "lacks of all": {
        "en": "That I cannot tell; of its {nouns} the catalogue has only {facts}.",
        "zh": "这个我说不准,关于{noun},目录里只有{facts}。",
    },
    "service": {
        "en": "I only know the catalogue: of {what} I cannot tell. Whoever runs it can; with its {nouns} I can help.",
        "zh": "我只了解这里的{noun},{what}我说不准,请直接问商家。找{noun}我可以帮忙。",
    },
    "name another": {
        "en": "Name a {noun} that you like, a kind or a mood, and I go by that.", "zh": "说一部您喜欢的{noun}、类型或者心情,我就按那个来找。",
    },
    "there": {"en": "Yes, {title} is in the catalogue: {facts}.", "zh": "有的,目录里有《{title}》:{facts}。"},
    "hello": {"en": "Hello!", "zh": "您好!"},
    "there are": {"en": "Yes, in the catalogue: {titles}.", "zh": "有的,目录里有:{titles}。"},
    "counted in all": {"en": "The catalogue has {count} {nouns} of that kind ({conditions}).", "zh": "目录里有{count}个{nouns}({conditions})。"},
    "yes in all": {"en": "Yes: {count} {nouns} ({conditions}).", "zh": "有的,一共{count}个({conditions})。"},
    "none in all": {"en": "No, the catalogue has no {nouns} of that kind ({conditions}).", "zh": "没有,目录里没有这样的{nouns}({conditions})。"},
    "length one": {"en": "Just one, then.", "zh": "那就只推荐一个。"},
    "length": {"en": "Lists of {count} from here on.", "zh": "好的,以后一次{count}个。"},
    "span of values": {"en": "{low} to {high}", "zh": "{low}到{high}"},
    "variants": {"en": "{title} comes in {colours}.", "zh": "《{title}》有这些颜色:{colours}。"},
    "no variants": {"en": "Of {title} the catalogue has this colour alone: {colours}.", "zh": "目录里《{title}》只有这一种颜色:{colours}。"},
    "for men": {"en": "for men", "zh": "男装"},
    "for women": {"en": "for women", "zh": "女装"},
    "for kids": {"en": "for children", "zh": "童装"},
    "for girls": {"en": "for girls", "zh": "女童装"},
    "for boys": {"en": "for boys", "zh": "男童装"},
    "for baby": {"en": "for babies", "zh": "婴儿装"},
    "unread": {"en": "I cannot go by “{what}”.", "zh": "“{what}”目录里没有写,没法按这个来选。"},
    "unread others": {
        "en": "Nothing in the catalogue tells “{what}”, so I leave these out and show others.", "zh": "“{what}”目录里没有写,这些先不看,换几个。",
    },
    "same names": {
        "en": "These only share a name: {titles}.", "zh": "它们只是同名:{titles}。",
    },
    "no same names": {"en": "No two on the list are the same; their names and kinds are alike.", "zh": "列表里没有重复的,只是名称和类型相近。"},
    "chosen most": {
        "en": "By what people {chose} here, {title} leads the list ({people}).", "zh": "按这里的记录,列表里{chose}最多的是《{title}》({people})。",
    },
    "chosen by": {
        "en": "{title}: {people} here {chose} it, more than {share}% of the {nouns} can say.", "zh": "《{title}》:这里{people}{chose},超过{share}%的{noun}。",
    },
    "chosen by few": {"en": "Hardly anybody here {chose} {title}, too few to tell more.", "zh": "这里{chose}《{title}》的人太少,说不出什么。"},
    "about people": {"en": "about {count} people", "zh": "约{count}人"},
    "fewer people": {"en": "fewer than {count} people", "zh": "不到{count}人"},
    "rated": {
        "en": "People here rated {title} {mean} of {highest} on average ({people}).", "zh": "这里给《{title}》的平均分是{mean}(满分{highest},{people})。",
    },
    "rated by some": {
        "en": "{title} was rated {mean} of {highest} on average, but by {people}, so take it with caution.",
        "zh": "《{title}》的平均分是{mean}(满分{highest}),不过评分的{people},仅供参考。",
    },
    "rated by few": {"en": "Too few people here rated {title} to tell how good it is.", "zh": "给《{title}》评分的人太少,说不出好坏。"},
    "best rated": {
        "en": "By the ratings of people here it is {title}; on average, of {highest}: {facts}.", "zh": "按这里的评分是《{title}》;平均分(满分{highest}):{facts}。",
    },
    "worst rated": {
        "en": "By the ratings of people here {title} comes last; on average, of {highest}: {facts}.", "zh": "按这里的评分,《{title}》最低;平均分(满分{highest}):{facts}。",
    },
    "only rated": {
        "en": "Only {title} was rated by enough people here; on average, of {highest}: {facts}.", "zh": "只有《{title}》评分的人够多;平均分(满分{highest}):{facts}。",
    },
    "rest unrated": {"en": "Of {count} more too few people rated one to tell.", "zh": "另外{count}个评分的人太少。"},
    "rated apart": {
        "en": "People here rated {title} higher on average ({mean}) than {other} ({than}).", "zh": "这里《{title}》的平均分({mean})比《{other}》({than})高。",
    },
    "ranks alone": {"en": "For “{query}” I can only go by {where}.", "zh": "“{query}”不是目录里的属性,只影响先后次序。"},
    "by sense": {
        "en": "Of that I can only go by {where}; these come nearest.", "zh": "目录里没有写这些,下面只是意思上接近的。",
    },
    "in titles": {"en": "titles and kinds", "zh": "名称和类型"},
    "in texts": {"en": "titles and descriptions", "zh": "名称和介绍"},
    "by words": {"en": "These come nearest to “{query}”.", "zh": "下面这些最接近“{query}”。"},
    "by kinds": {"en": "I look among {kinds} first.", "zh": "我先从{kinds}里找。"},
    "by unknown words": {
        "en": "Nothing in the catalogue mentions “{words}”; these come nearest.",
        "zh": "目录里没有写“{words}”,下面只是意思上接近的。",
    },
    "refused": {"en": "nothing with {what}, as far as titles and descriptions tell", "zh": "名称和介绍里有“{what}”的不出现"},
    "cannot leave out": {
        "en": "The catalogue does not tell me about “{what}”, so please check that yourself.", "zh": "“{what}”目录里没有写,请您自己留意一下。",
    },
    "refused by kinds": {"en": "no {values}, to avoid {what}", "zh": "避开{what},不要{values}"},
    "refused kinds": {"en": "no {values}, where that is common", "zh": "也不出常有的{values}"},
    "knows rules": {"en": "What you told me for good: {conditions}.", "zh": "您说过以后都要:{conditions}。"},
    "knows refused": {"en": "What you ruled out: {what}.", "zh": "您不要的:{what}。"},
    "knows history": {"en": "I know of {count} of your {nouns}, the latest: {titles}.", "zh": "我知道您的{count}个{noun},最近的:{titles}。"},
    "knows liked": {"en": "Told me here as known or liked: {titles}.", "zh": "您在这里说看过或喜欢的:{titles}。"},
    "knows rejected": {"en": "Not to be shown: {titles}.", "zh": "不再推荐的:{titles}。"},
    "knows now": {"en": "For the list on show: {conditions}.", "zh": "眼下这份列表的条件:{conditions}。"},
    "knows nothing": {
        "en": "Nothing yet: you told me no rule, no like and no dislike, and I know no history of yours. `seen TITLE`, `like TITLE` "
        "or “I hate musicals” would change that.",
        "zh": "还什么都不知道:没有规则、喜好,也没有记录。告诉我看过什么、喜欢什么、不要什么就行。",
    },
    "knows how": {
        "en": "`undo` takes the last change back, “… is fine again” a rule, `start over` what this list asks for.",
        "zh": "说“撤销”可以收回上一步,说“……又可以了”可以取消规则,说“重新开始”清空当前条件。",
    },
    "suits child": {
        "en": "For a child{age}: {conditions}. There are no age ratings here, so please have a look first.",
        "zh": "给{age}孩子的,我按{conditions}来选;目录里没有分级,请您先看看。",
    },
    "suits unknown": {
        "en": "The catalogue does not tell what suits a child{age}, so these only come nearest in words; please check them yourself.",
        "zh": "目录里没有写哪些适合{age}孩子,下面只是字面上最接近的,请您自己判断。",
    },
    "suits adults": {"en": "For adults, then: {conditions}.", "zh": "那就给大人选:{conditions}。"},
    "suits adults alone": {"en": "For adults, then.", "zh": "那就给大人选。"},
    "in mood": {
        "en": "For “{mood}” I look among {kinds}.", "zh": "“{mood}”我先从{kinds}里找。",
    },
    "old": {"en": "“Old” I take as before {year}.", "zh": "“老”我按{year}年以前来找。"},
    "less so kinds": {"en": "Less {mood}, then: {conditions}.", "zh": "好的,不要那么{mood}:{conditions}。"},
    "less so": {
        "en": "Less {mood}, as far as I can tell: the catalogue has no word on it.", "zh": "目录里没有写有多{mood},这一点没法按来选。",
    },
    "mood untold": {
        "en": "The catalogue does not tell how {moods} its {nouns} are, so the list only leans that way.",
        "zh": "目录里没有写{noun}有多{moods},只能大致往这个方向排。",
    },
    "of age": {"en": " of {age}", "zh": "{age}岁的"},
    "lasting refused": {
        "en": "All right, {what} from now on.", "zh": "记住了,以后{what}。",
    },
    "person gives way": {
        "en": "This once {conditions} gives way, until you ask for yourself again.", "zh": "这次先不按{conditions},等您再给自己找时恢复。",
    },
    "rule gives way": {
        "en": "You told me for good: {conditions}. For this list that gives way to what you ask now; it holds again from your next search on.",
        "zh": "您说过以后都要{conditions},这次先按您现在说的来,下次搜索时仍然有效。",
    },
    "patterned": {"en": "With a pattern, then: prints, stripes, checks and the like.", "zh": "好的,要有花纹的:印花、条纹、格子之类。"},
    "mood beside": {
        "en": "Hardly anything is both, so this stays as it was: {conditions}.", "zh": "同时又是那样的几乎没有,还是按{conditions}来找。",
    },
    "set aside": {"en": "Setting aside for now: {conditions}.", "zh": "这次先不管:{conditions}。"},
    "none meets": {
        "en": "Nothing in the catalogue meets all of this at once: {conditions}. Take one of them back, or say which matters least.",
        "zh": "目录里没有同时满足这些的:{conditions}。可以去掉一个,或者告诉我哪个不那么重要。",
    },
    "absent listed": {"en": "{title} is in the list, at number {place}.", "zh": "《{title}》就在列表里,第{place}个。"},
    "absent unknown": {"en": "The catalogue has no title like “{title}”.", "zh": "目录里没有叫“{title}”的。"},
    "absent rejected": {"en": "You told me not to show {title}; `undo` or `like {title}` changes that.", "zh": "您说过不要《{title}》;说“撤销”可以改。"},
    "absent had": {"en": "{title} is among those that you know already, and I leave those out.", "zh": "《{title}》您已经看过或有过了,所以没再推荐。"},
    "absent unoffered": {"en": "{title} is not offered just now.", "zh": "《{title}》目前不提供。"},
    "absent condition": {"en": "{title} does not meet what the list asks for: {conditions}. It is listed as {facts}.", "zh": "《{title}》不符合现在的条件:{conditions}。目录里它是:{facts}。"},
    "absent refused": {"en": "{title} is left out by what you ruled out: {what}.", "zh": "《{title}》属于您不要的:{what}。"},
    "absent shown": {"en": "{title} was shown before, and `more` leaves out what was shown.", "zh": "《{title}》之前出现过,“再来几个”不会重复。"},
    "absent example": {"en": "{title} is what the list is like, so it is not in it.", "zh": "列表就是按《{title}》找的,所以没有它自己。"},
    "absent lower": {"en": "Nothing rules {title} out; others came nearer to what you asked for. `like {title}` shows its kind.", "zh": "《{title}》没有被排除,只是别的更接近您说的。想看这类可以说“类似《{title}》的”。"},
    "apart requested": {"en": "You asked for {values}: that is {title}, and not {other}.", "zh": "您要的是{values}:《{title}》是,《{other}》不是。"},
    "apart places": {
        "en": "Both are in the list: {title} at number {place}, {other} at number {below}.",
        "zh": "两个都在列表里:《{title}》是第{place}个,《{other}》是第{below}个。",
    },
    "apart": {"en": "What tells them apart: {title} is {mine}; {other} is {theirs}.", "zh": "不同之处:《{title}》是{mine};《{other}》是{theirs}。"},
    "apart one": {"en": "What tells them apart: {title} is {mine}, too; {other} is not.", "zh": "不同之处:《{title}》还是{mine},《{other}》不是。"},
    "apart none": {
        "en": "By their attributes {title} and {other} are alike; their places are those of the ranking alone.",
        "zh": "按目录里的信息,《{title}》和《{other}》没有区别,先后只是排名的结果。",
    },
    "picked": {"en": "I would take number {place}, {title}.", "zh": "我会选第{place}个《{title}》。"},
    "picked of none": {
        "en": "None of them is told to be that ({conditions}); of these I would take number {place}, {title}, which stands higher on the list.",
        "zh": "这几个都不算{conditions};要选的话,第{place}个《{title}》排得更靠前。",
    },
    "picked by history": {
        "en": "Going by the {count} {nouns} that I know of yours I would take number {place}, {title}: {kinds}.",
        "zh": "按我知道的您的{count}个{noun},我会选第{place}个《{title}》:{kinds}。",
    },
    "of a kind": {"en": "{count} of them are {kind}", "zh": "其中{count}个是{kind}"},
    "picked without history": {
        "en": "What I know of yours has no kind in common with these; going by the list I would take number {place}, {title}.",
        "zh": "我知道的您的记录和这些没有相同的类型;按列表我会选第{place}个《{title}》。",
    },
    "named by none of it": {"en": "Of “{what}” the catalogue says nothing.", "zh": "“{what}”目录里没有写。"},
    "picked of": {
        "en": "I would take number {place}, {title}: {conditions}, and of those it comes nearest to what you asked for.",
        "zh": "我会选第{place}个《{title}》:{conditions},里面最接近您说的。",
    },
    "absent no list": {"en": "There is no list yet; ask for something first.", "zh": "还没有列表,先说说想要什么吧。"},
    "absent value none": {"en": "None of {values} meets what the list asks for: {conditions}.", "zh": "符合现在条件({conditions})的里面没有{values}。"},
    "absent value some": {"en": "{count} of {values} would fit as well; others came nearer. Say “only {value}” to see them.", "zh": "{values}的也有{count}个符合,只是别的更接近。说“只要{value}”就能看到。"},
    "counted": {"en": "{count} of the {of} on the list{titles}.", "zh": "列表的{of}个里有{count}个{titles}。"},
    "colon": {"en": ": ", "zh": ":"},
    "liked": {"en": "Noted: you like {titles}, and the list goes by that.", "zh": "记下了,您喜欢{titles},列表会按这个来。"},
    "lacking": {"en": "The catalogue does not have {titles}.", "zh": "目录里没有{titles}。"},
    "noted like": {"en": "Noted: you like {titles}.", "zh": "记下了,您喜欢{titles}。"},
    "let go": {
        "en": "Nothing meets all of that at once, so I no longer ask for: {conditions}.",
        "zh": "没有同时满足全部条件的,先放宽了:{conditions}。",
    },
    "recap": {"en": "What holds now: {conditions}.", "zh": "目前的条件:{conditions}。"},
    "recap nothing": {"en": "So far no condition holds; I go by your words alone.", "zh": "目前没有固定条件,我只按您说的话来找。"},
    "recap words": {"en": "your words “{query}”", "zh": "关键词“{query}”"},
    "recap like": {"en": "like {title}", "zh": "类似《{title}》"},
    "yes": {"en": "Yes, the catalogue lists {title} as {value}.", "zh": "是的,目录里《{title}》标的是{value}。"},
    "no": {"en": "The catalogue lists {title} as {value}, not as {asked}.", "zh": "目录里《{title}》标的是{value},没有{asked}。"},
    "hints": {
        "en": "{title} is {value}, so it may well be {quality}; the catalogue does not tell more.",
        "zh": "《{title}》是{value},所以可能{quality};更多的目录里没有写。",
    },
    "hints not": {
        "en": "{title} is {value}, so I would not expect it to be {quality}; the catalogue does not tell more.",
        "zh": "《{title}》是{value},所以多半不{quality};更多的目录里没有写。",
    },
    "no hint": {
        "en": "The catalogue does not tell whether {title} is {quality}; it lists it as {value}.",
        "zh": "目录里没有写《{title}》是否{quality},只标了{value}。",
    },
    "quote": {"en": "The description of {title} says: {value}", "zh": "《{title}》的介绍里写着:{value}"},
    "no place": {"en": "There is no number {place} in the last list.", "zh": "上一份列表里没有第{place}个。"},
    "best": {"en": "The {word} is {title} ({value}).", "zh": "{word}的是《{title}》({value})。"},
    "best several": {"en": "The {word} are {title} ({value}).", "zh": "{word}的是《{title}》({value})。"},
    "best same": {"en": "They are the same in that: {title} ({value}).", "zh": "这一点上都一样:《{title}》({value})。"},
    "same year": {"en": "Neither; both are from {value}.", "zh": "两个都是{value}年的,不分先后。"},
    "first of two": {"en": "{title} is {word} ({value}); {other} has {than}.", "zh": "《{title}》{word}({value}),《{other}》是{than}。"},
    "first of two by year": {"en": "{title} ({value}) is {word}; {other} is from {than}.", "zh": "《{title}》({value})更{word},《{other}》是{than}年的。"},
    "judged": {
        "en": "Going by kinds, {title}, {kind}, should be {word}; the catalogue does not tell more.",
        "zh": "按类型看,《{title}》是{kind},应该{word};更多的目录里没有写。",
    },
    "judged most": {
        "en": "Going by kinds, {title}, {kind}, should be the {word}; the catalogue does not tell more.",
        "zh": "按类型看,《{title}》是{kind},应该{word};更多的目录里没有写。",
    },
    "judged most of two": {
        "en": "Going by kinds, {title} should be the {word}; the catalogue does not tell more.",
        "zh": "按类型看,《{title}》应该{word};更多的目录里没有写。",
    },
    "judged several": {
        "en": "Going by kinds, {titles} could be; which of them is the {word} I cannot tell.",
        "zh": "按类型看,《{titles}》都有可能;哪个{word}我说不准。",
    },
    "goes with": {"en": "To go with {title}:", "zh": "可以和《{title}》搭配的:"},
    "goes with film": {"en": "People who watched {title} watched these around it:", "zh": "看《{title}》的人前后还看了这些:"},
    "recap goes with": {"en": "to go with {title}", "zh": "和《{title}》搭配"},
    "like title": {"en": "Something like {title}, then.", "zh": "好的,找类似《{title}》的。"},
    "judged by text": {"en": "{title} should be {word}; of it the description says: {text}", "zh": "《{title}》应该{word},介绍里写着:{text}"},
    "judged most by text": {
        "en": "{title} should be the {word}; of it the description says: {text}", "zh": "《{title}》应该{word},介绍里写着:{text}",
    },
    "untold": {"en": "I cannot tell which is {word}; the catalogue says nothing of it.", "zh": "哪个{word}我说不准,目录里没有写。"},
    "untold most": {"en": "I cannot tell which is the {word}; the catalogue says nothing of it.", "zh": "哪个{word}我说不准,目录里没有写。"},
    "untold of two": {
        "en": "I cannot tell which is {word}: {title} is {kind}, {other} {theirs}, and the catalogue says no more.",
        "zh": "哪个{word}我说不准:《{title}》是{kind},《{other}》是{theirs},更多的目录里没有写。",
    },
    "untold by kinds": {
        "en": "I cannot tell which is the {word}: their kinds do not say, and the catalogue has no more to go by.",
        "zh": "哪个{word}我说不准:光看类型分不出来,更多的目录里没有写。",
    },
    "alike": {"en": "I cannot tell which is {word}: both are {kinds}.", "zh": "哪个{word}我说不准:两部都是{kinds}。"},
    "alike most": {"en": "I cannot tell which is the {word}: all of them are {kinds}.", "zh": "哪个{word}我说不准:都是{kinds}。"},
    "both are": {"en": "{title} is {kind}; {other} is {theirs}.", "zh": "《{title}》是{kind},《{other}》是{theirs}。"},
    "nearer": {"en": "Of the two, {title} comes nearer to what you asked for.", "zh": "两个里面《{title}》更接近您说的。"},
    "not best known": {
        "en": "The catalogue does not tell which is the {word}: it lacks what that would take for these {nouns}.",
        "zh": "目录里没有写哪个{word}:这些{noun}缺少相应的信息。",
    },
    "most none": {
        "en": "The catalogue does not tell that, and none of the list is of a kind that is {quality}.", "zh": "目录里没有写,列表里也没有一般会{quality}的类型。",
    },
    "only one": {"en": "There is only one in the list: {title}.", "zh": "列表里只有一个:《{title}》。"},
    "beside": {"en": "Side by side: {facts}.", "zh": "对比一下:{facts}。"},
    "versus yes": {"en": "Yes: {title} has {value}, {other} {than}.", "zh": "是的:《{title}》{value},《{other}》{than}。"},
    "versus no": {"en": "No: {title} has {value}, {other} {than}.", "zh": "不是:《{title}》{value},《{other}》{than}。"},
    "versus same": {"en": "No, they are the same in that: {value}.", "zh": "一样,都是{value}。"},
    "versus yes by year": {"en": "Yes: {title} is from {value}, {other} from {than}.", "zh": "是的:《{title}》是{value}年的,《{other}》是{than}年的。"},
    "versus no by year": {"en": "No: {title} is from {value}, {other} from {than}.", "zh": "不是:《{title}》是{value}年的,《{other}》是{than}年的。"},
    "versus same by year": {"en": "No, both are from {value}.", "zh": "一样,都是{value}年的。"},
    "having": {"en": "On the list: {titles} ({values}).", "zh": "列表里({values})的有:{titles}。"},
    "having none": {"en": "None on the list ({values}).", "zh": "列表里没有符合的:{values}。"},
    "all have": {"en": "Yes, all {of}: {values}.", "zh": "是的,{of}个都符合:{values}。"},
    "all but": {"en": "Not all: {count} of the {of} ({values}); not {titles}.", "zh": "不全是:{of}个里有{count}个符合({values}),不符合的是{titles}。"},
    "some have": {"en": "Not all: {count} of the {of} ({values}): {titles}.", "zh": "不全是:{of}个里有{count}个({values}):{titles}。"},
    "may be": {
        "en": "By their kind these may be {quality}: {titles}; the catalogue says no more than that.",
        "zh": "按类型看,可能{quality}的有:{titles};更多的目录里没有写。",
    },
    "fit by kind": {
        "en": "By their kind ({values}) these may do: {titles}. The catalogue has no more than kinds to tell that by.",
        "zh": "按类型看({values}),可能合适的有:{titles};目录里只有类型可以参考。",
    },
    "fit none": {
        "en": "By their kind none of the list does ({values}); the catalogue has no more than kinds to tell that by.",
        "zh": "按类型看,列表里没有合适的({values});目录里只有类型可以参考。",
    },
    "named by": {
        "en": "Titles and descriptions name “{what}” for {titles}; beyond that the catalogue does not tell.",
        "zh": "名称和介绍里写到“{what}”的有:{titles};别的目录里没有写。",
    },
    "ranging": {"en": "All that the catalogue tells of that: {values}.", "zh": "这方面目录里有的是:{values}。"},
    "how many left": {
        "en": "No: {count} {nouns} meet what you asked for. `more` shows others.", "zh": "不是,符合条件的还有,一共{count}个。说“再来几个”就能看到别的。",
    },
    "how many in all": {"en": "{count} {nouns} of the catalogue ({conditions}).", "zh": "目录里有{count}个({conditions})。"},
    "none left": {"en": "Yes, nothing else in the catalogue meets what you asked for.", "zh": "是的,目录里没有别的符合条件了。"},
    "named by none": {
        "en": "That I cannot tell: the catalogue says nothing of it for these {nouns}. Name a kind or a mood, and I look for that.",
        "zh": "这个我说不准,目录里没有写。说个类型或者心情,我就按那个找。",
    },
    "sequels": {"en": "In the catalogue these go on with them: {titles}.", "zh": "目录里有续集的:{titles}。"},
    "no sequels": {
        "en": "As far as titles tell, the catalogue has no sequel to any on the list.", "zh": "从片名看,目录里没有列表里这些的续集。",
    },
    "era untold": {
        "en": "Which years those are I cannot know; name a decade, such as the 70s, and I go by that.",
        "zh": "那是哪些年我不知道;说个年代,比如七十年代,我就按那个来找。",
    },
    "taste of others": {
        "en": "I know no taste but yours: tell me a {noun} that they like, or a kind, and I go by that.",
        "zh": "我只了解您的喜好;告诉我对方喜欢的一个{noun}或者类型,我就按那个来找。",
    },
    "spoken of": {"en": "{title}: {facts}. What would you like to know of it?", "zh": "《{title}》:{facts}。想了解它的什么?"},
    "not known after all": {
        "en": "Then I no longer count {title} as known; it may come again.", "zh": "好的,《{title}》不再算看过,之后还会推荐。",
    },
    "new to you": {"en": "Good: nothing is noted of {title}, so it may come.", "zh": "好的,《{title}》没有记为看过,可以推荐。"},
    "known before": {
        "en": "{title} is in the history that I was given, so I leave it out; that I cannot change here.",
        "zh": "我拿到的记录里有《{title}》,所以没有推荐;这里改不了。",
    },
    "just those": {"en": "Just those: {conditions}.", "zh": "只看这些:{conditions}。"},
    "how liked": {
        "en": "I know that you {chose} {title}, not how you liked it. `like {title}` would tell me.",
        "zh": "我只知道您{chose}《{title}》,不知道喜不喜欢;喜欢的话告诉我一声就行。",
    },
    "ranked untold": {
        "en": "The catalogue does not tell that of its {nouns}; going by what you asked for I would begin with {title}.",
        "zh": "目录里没有写这一点;在我的列表里《{title}》最靠前。",
    },
    "taste unknown": {
        "en": "That I cannot know: I know no taste but yours. {title} is listed as: {facts}.",
        "zh": "这个我没法知道,我只了解您的喜好。目录里《{title}》是:{facts}。",
    },
    "last": {"en": "The last one that I know of is {titles}.", "zh": "我知道的最近一个是{titles}。"},
    "latest": {"en": "The latest that I know of: {titles}.", "zh": "我知道的最近几个:{titles}。"},
    "count": {"en": "I know of {count} {nouns} of yours; the latest: {titles}.", "zh": "我知道您的{count}个{noun};最近的:{titles}。"},
    "own kinds": {
        "en": "Going by the {count} {nouns} that I know you {chose}, mostly {values}.", "zh": "按我知道的您{chose}的{count}个{noun},最多的是{values}。",
    },
    "own beside": {"en": "Most are {value} ({count}).", "zh": "其中{value}的最多({count}个)。"},
    "own times": {"en": "Most are from {value} ({count}).", "zh": "其中{value}的最多({count}个)。"},
    "own most": {
        "en": "Most often {value}: {count} of the {of} {nouns} that I know you {chose}; then {rest}.",
        "zh": "最多的是{value}:您{chose}的{of}个{noun}里有{count}个;其次是{rest}。",
    },
    "own only": {
        "en": "All that I know of it is {value}: {count} of the {of} {nouns} that I know you {chose}.", "zh": "我知道的只有{value}:您{chose}的{of}个{noun}里有{count}个。",
    },
    "own rated best": {
        "en": "By your own ratings {value} comes first, with {mean} of {highest} on average ({count} rated).",
        "zh": "按您自己的评分,{value}最高,平均{mean}分(满分{highest},评过{count}个)。",
    },
    "own counted": {
        "en": "{count} of the {of} {nouns} that I know you {chose} ({values}), the latest: {titles}.", "zh": "您{chose}的{of}个{noun}里有{count}个({values}),最近的:{titles}。",
    },
    "own none counted": {
        "en": "None of the {of} {nouns} that I know you {chose} ({values}).", "zh": "您{chose}的{of}个{noun}里没有({values})。",
    },
    "own attribute": {"en": "the {what} of its items", "zh": "“{what}”"},
    "own rating": {"en": "You rated {title} {rating} of {highest}.", "zh": "您给《{title}》打了{rating}分(满分{highest})。"},
    "own rating unknown": {
        "en": "{title} is in your history, but I know of no rating that you gave it.", "zh": "《{title}》在您的记录里,但没有您的评分。",
    },
    "own item unknown": {
        "en": "{title} is not in what I know of your history, so I know of no rating that you gave it.", "zh": "我的记录里您没有看过或用过《{title}》,所以没有您的评分。",
    },
    "own best": {"en": "You rated these highest, {rating} of {highest}: {titles}.", "zh": "您评分最高的({rating}分,满分{highest}):{titles}。"},
    "own worst": {"en": "You rated these lowest, {rating} of {highest}: {titles}.", "zh": "您评分最低的({rating}分,满分{highest}):{titles}。"},
    "own more": {"en": "There are {count} more that you rated so.", "zh": "另外还有{count}个同样的分数。"},
    "own mean": {"en": "On average you give {mean} of {highest}, over {count} ratings.", "zh": "您平均打{mean}分(满分{highest},共{count}个评分)。"},
    "own mean of them": {"en": "You gave them {mean} of {highest} on average ({count} rated).", "zh": "您给它们平均打{mean}分(满分{highest},评过{count}个)。"},
    "no ratings of own": {"en": "I know of no ratings that you gave.", "zh": "我没有您的评分记录。"},
    "no history": {
        "en": "I know of no {noun} that you {chose} yet; tell me with 'seen TITLE'.",
        "zh": "我还不知道您{chose}什么{noun},可以直接告诉我名字。",
    },
    "had": {"en": "Yes, {title} is in your history.", "zh": "是的,《{title}》在您的记录里。"},
    "had not": {
        "en": "{title} is not in what I know of your history.", "zh": "我的记录里没有《{title}》。",
    },
    "had some": {"en": "Of these I know you {chose} {titles}.", "zh": "这些里面,您{chose}《{titles}》。"},
    "had none": {"en": "None of these is in what I know of your history.", "zh": "这些都不在我的记录里。"},
    "not had": {
        "en": "The catalogue has no title like that, so I cannot tell.", "zh": "目录里没有这个名字,所以我说不准。",
    },
    "others": {
        "en": "I tell nothing about other people; I only know what is yours.", "zh": "别人的事我不会说,我只知道您自己的。",
    },
    "lasting": {
        "en": "All right, {conditions} from now on.", "zh": "记住了,以后{conditions}。",
    },
    "accepted": {
        "en": "{titles}: good choice.", "zh": "好的,就要{titles}。",
    },
    "seen": {
        "en": "Noted: you know {titles}, so I leave that out from now on.",
        "zh": "记下了,{titles}您已经有过了,不再推荐。",
    },
    "anew": {"en": "Nothing of what you asked for counts any longer; what would you like?", "zh": "之前说的都不算了,您现在想要什么?"},
    "dated so": {"en": "Yes: ", "zh": "是的,"},
    "dated otherwise": {"en": "No: ", "zh": "不是,"},
    "sorry": {"en": "Sorry about that.", "zh": "抱歉。"},
    "rejected": {"en": "{titles} will not be shown again.", "zh": "不再推荐{titles}。"},
    "criticised": {"en": "{conditions}, then.", "zh": "好的,{conditions}。"},
    "reverted items": {"en": "Taken back: what you told me of {titles} no longer counts.", "zh": "已撤销,刚才关于{titles}的话不算了。"},
    "others then": {"en": "Others, then.", "zh": "换别的。"},
    "back in": {"en": "{titles} may come again.", "zh": "好的,{titles}又可以出现了。"},
    "still in": {"en": "{titles} was never ruled out.", "zh": "{titles}一直没有被去掉。"},
    "nothing turned down": {"en": "None of those was ruled out; here they are.", "zh": "这些都没有被去掉,还在这里。"},
    "back unknown": {"en": "Which one you mean by “{what}” I cannot tell.", "zh": "“{what}”指的是哪个,我看不出来。"},
    "back to first": {"en": "Back to the first list.", "zh": "回到最开始的列表。"},
    "in order": {"en": "{most} first: {titles}.", "zh": "{most}的在前:{titles}。"},
    "at place": {"en": "number {place}, {title}", "zh": "第{place}个《{title}》"},
    "at place of value": {"en": "number {place}, {title} ({value})", "zh": "第{place}个《{title}》({value})"},
    "drawn": {"en": "{title} is listed as {value}: {side}, then.", "zh": "目录里《{title}》是{value},也就是{side}。"},
    "not drawn": {
        "en": "{title} is listed as {value} and not as animated: {side}, as far as that tells.",
        "zh": "目录里《{title}》是{value},没有列为动画,应该是{side}。",
    },
    "either": {"en": "{title} is listed as {value}: {side} rather than {other}.", "zh": "目录里《{title}》是{value}:算{side},不算{other}。"},
    "both of either": {"en": "Both, by the catalogue: {title} is listed as {value}.", "zh": "两样都算:目录里《{title}》是{value}。"},
    "neither": {"en": "Neither, by the catalogue: {title} is listed as {value}.", "zh": "都不算:目录里《{title}》是{value}。"},
    "first query": {"en": "At the start you asked for {query}.", "zh": "您最开始要的是:{query}。"},
    "in words": {"en": "in your words “{query}”", "zh": "您的话“{query}”"},
    "first open": {"en": "At the start you asked for nothing in particular.", "zh": "您最开始没有提具体要求。"},
    "first unknown": {"en": "There was no list yet.", "zh": "还没有列表。"},
    "reverted list": {"en": "Back to the list before.", "zh": "回到之前的列表。"},
    "reverted to nothing": {
        "en": "Taken back. What would you like instead?", "zh": "已撤销。您想要什么样的?",
    },
    "nothing to revert": {"en": "There is nothing left to take back.", "zh": "没有可以撤销的了。"},
    "span": {"en": "{name} from {low} to {high}", "zh": "{name}{low}到{high}"},
    "span of years": {"en": "from {low} to {high}", "zh": "{low}年到{high}年的"},
    "span of prices": {"en": "for {low} to {high}", "zh": "价格{low}到{high}"},
    "span of minutes": {"en": "of {low} to {high} minutes", "zh": "{low}到{high}分钟"},
    "decade": {"en": "from the {low}s", "zh": "{low}年代的"},
    "at most": {"en": "{name} up to {value}", "zh": "{name}不超过{value}"},
    "less than": {"en": "{name} below {value}", "zh": "{name}低于{value}"},
    "at least": {"en": "{name} from {value}", "zh": "{name}至少{value}"},
    "more than": {"en": "{name} above {value}", "zh": "{name}高于{value}"},
    "exactly": {"en": "{name} {value}", "zh": "{name}{value}"},
    "at most of years": {"en": "from {value} or before", "zh": "{value}年及以前的"},
    "less than of years": {"en": "from before {value}", "zh": "{value}年以前的"},
    "at least of years": {"en": "from {value} on", "zh": "{value}年起的"},
    "more than of years": {"en": "from after {value}", "zh": "{value}年以后的"},
    "exactly of years": {"en": "from {value}", "zh": "{value}年的"},
    "at most of prices": {"en": "for at most {value}", "zh": "价格不超过{value}"},
    "less than of prices": {"en": "for less than {value}", "zh": "价格低于{value}"},
    "at least of prices": {"en": "for at least {value}", "zh": "价格至少{value}"},
    "more than of prices": {"en": "for more than {value}", "zh": "价格高于{value}"},
    "exactly of prices": {"en": "for {value}", "zh": "价格{value}"},
    "at most of minutes": {"en": "of at most {value} minutes", "zh": "不超过{value}分钟"},
    "less than of minutes": {"en": "under {value} minutes", "zh": "不到{value}分钟"},
    "at least of minutes": {"en": "of at least {value} minutes", "zh": "至少{value}分钟"},
    "more than of minutes": {"en": "over {value} minutes", "zh": "超过{value}分钟"},
    "exactly of minutes": {"en": "of {value} minutes", "zh": "{value}分钟"},
    "taken back": {"en": "All right, {values} may come again.", "zh": "好的,{values}又可以出现了。"},
    "dropped": {"en": "No longer asked for: {conditions}.", "zh": "不再要求:{conditions}。"},
    "fresh oneself": {"en": "For you alone, then; what held before no longer does: {conditions}.", "zh": "好的,这次只按您自己的来,之前的不再算:{conditions}。"},
    "fresh another": {"en": "For somebody else, then; what held before no longer does: {conditions}.", "zh": "好的,这次换人看,之前的不再算:{conditions}。"},
    "without": {"en": "nothing with {what}", "zh": "不要{what}"},
    "open already": {"en": "Nothing kept those out: {conditions}.", "zh": "{conditions}本来就没有排除。"},
    "none called": {"en": "Nothing that fits is called {what} here, so these are others of its kind.", "zh": "符合的里面没有{what},下面是同类的别的款。"},
    "none such": {"en": "Nothing that fits is {conditions}, so I leave that out.", "zh": "符合的里面没有{conditions},这一点先不管。"},
    "dropped words": {"en": "All right, I leave that out of the search.", "zh": "好的,找的时候不再考虑这个。"},
    "nothing held": {
        "en": "Nothing that holds now is about “{what}”; “what rules hold?” tells what is.",
        "zh": "现在的条件里没有关于“{what}”的;问“现在有什么条件”可以看到全部。",
    },
    "still lasting": {"en": "What you told me for good still holds: {conditions}.", "zh": "之前说的仍然有效:{conditions}。"},
    "only": {"en": "only {values}", "zh": "只要{values}"},
    "none of": {"en": "no {values}", "zh": "不要{values}"},
}  # fmt: skip
"""Sentences with facts from the catalogue, the history or the state."""

COMPARED_BY: Mapping[tuple[str, bool], Mapping[str, tuple[str, str]]] = {
    ("year", True): {"en": ("newer", "newest"), "zh": ("新", "最新")},
    ("year", False): {"en": ("older", "oldest"), "zh": ("老", "最老")},
    ("price", True): {"en": ("more expensive", "most expensive"), "zh": ("更贵", "最贵")},
    ("price", False): {"en": ("cheaper", "cheapest"), "zh": ("更便宜", "最便宜")},
    ("length", True): {"en": ("longer", "longest"), "zh": ("更长", "最长")},
    ("length", False): {"en": ("shorter", "shortest"), "zh": ("更短", "最短")},
    ("rating", True): {"en": ("better rated", "best rated"), "zh": ("评分更高", "评分最高")},
    ("rating", False): {"en": ("worse rated", "worst rated"), "zh": ("评分更低", "评分最低")},
}
"""Attribute, and whether the most of it is meant -> words for one of two, and for one of several."""

ERRORS_IN_CHINESE: tuple[tuple[str, str], ...] = (
    (r"there is no number (\d+) in the last list", "上一份列表里没有第{0}个,请换一个数字"),
    (r"there is no list yet", "还没有列表,先说说想要什么吧"),
    (r"there is nothing yet that could be meant", "还不知道您指的是哪一个,先说说想要什么吧"),
    (
        r"no title like '(.+?)' is in the catalogue(?:; did you mean one of (.+)\?)?",
        "目录里没有叫“{0}”的,请换一个",
    ),
    (
        r"that item is not offered any more|the item that the list was like is not offered",
        "这个已经不提供了,请另选一个",
    ),
    (r"the \S+ of (.+) is not known", "目录里没有写《{0}》的这一项,请换一个来比"),
    (r"(.+) is not in the last list", "《{0}》不在上一份列表里,请说列表里的第几个"),
    (r"the picture of before is not kept", "之前的图片没有保存,请再发一次"),
    (r"the last list has no condition", "上一份列表没有这个条件"),
)
"""What is wrong with a line, as the rest of the package says it -> in Chinese."""

REFUSED_IN_CHINESE: Mapping[str, str] = {
    "violence": "暴力", "too much violence": "太多暴力", "blood": "血腥", "childishness": "幼稚", "guns": "枪", "frightening scenes": "吓人的场面", "deaths": "有人死",
}  # fmt: skip
"""Key of what is ruled out by kinds (`llmrec.chat.nlu.suitability`) -> its words in Chinese."""

QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "en": "Which {attribute} would you like: {options}? Or say that it does not matter.",
        "zh": "想要哪种{attribute}:{options}?随便也行。",
    },
    "year": {
        "en": "From which time: {options}? Or say that it does not matter.", "zh": "想要哪个年代的:{options}?随便也行。",
    },
    "price": {
        "en": "How much may it cost: {options}? Or say that it does not matter.", "zh": "价格多少合适:{options}?随便也行。",
    },
    "length": {
        "en": "How long may it be: {options}? Or say that it does not matter.", "zh": "多长合适:{options}?随便也行。",
    },
    "below": {"en": "below {low}", "zh": "{low}以下"},
    "between": {"en": "{low} to {high}", "zh": "{low}到{high}"},
    "above": {"en": "above {high}", "zh": "{high}以上"},
    "answered": {"en": "{option}, then.", "zh": "好的,{option}。"},
    "any": {"en": "Then I leave that open; here are others.", "zh": "那就不限,再看看这些。"},
}  # fmt: skip
"""What is asked back, and what is said to the answer."""

UNKNOWN_OF_ALL: Mapping[str, Mapping[str, str]] = {
    "cast": {"en": "who acts in a {noun}", "zh": "{noun}由谁主演"},
    "director": {"en": "who directed a {noun}", "zh": "{noun}的导演是谁"},
    "author": {"en": "who made a {noun}", "zh": "{noun}的作者是谁"},
    "match": {"en": "what goes with what", "zh": "什么配什么"},
    "size": {"en": "which sizes a {noun} comes in", "zh": "{noun}有哪些尺码"},
    "length": {"en": "how long a {noun} is", "zh": "{noun}有多长"},
    "price": {"en": "what a {noun} costs", "zh": "{noun}多少钱"},
    "language": {"en": "which language a {noun} is in", "zh": "{noun}是什么语言、有没有字幕"},
    "country": {"en": "which country a {noun} comes from", "zh": "{noun}来自哪个国家"},
    "shot": {"en": "whether a {noun} is in colour or in black and white", "zh": "{noun}是彩色还是黑白"},
    "studio": {"en": "which studio made a {noun}", "zh": "{noun}是哪家公司拍的"},
    "where": {"en": "where a {noun} can be watched", "zh": "{noun}在哪里能看"},
    "awards": {"en": "which prizes a {noun} won", "zh": "{noun}得过什么奖"},
    "rating": {"en": "how a {noun} is rated", "zh": "{noun}的评分"},
    "certificate": {"en": "which age rating a {noun} has", "zh": "{noun}的分级"},
    "fame": {"en": "how well known a {noun} is", "zh": "{noun}有多出名"},
    "popularity": {"en": "how many people chose a {noun}", "zh": "多少人选过某个{noun}"},
}
"""What is demanded -> what the catalogue tells of no item."""

UNKNOWN: Mapping[str, Mapping[str, str]] = {
    "length": {"en": "how long {title} is", "zh": "《{title}》有多长"},
    "director": {"en": "who directed {title}", "zh": "《{title}》的导演是谁"},
    "cast": {"en": "who is in {title}", "zh": "《{title}》由谁主演"},
    "author": {"en": "who wrote {title}", "zh": "《{title}》的作者是谁"},
    "artist": {"en": "who performs {title}", "zh": "《{title}》由谁演唱"},
    "year": {"en": "which year {title} is from", "zh": "《{title}》是哪一年的"},
    "price": {"en": "what {title} costs", "zh": "《{title}》多少钱"},
    "rating": {"en": "how {title} is rated", "zh": "《{title}》的评分"},
    "popularity": {"en": "how many people chose {title}", "zh": "多少人选过《{title}》"},
    "language": {"en": "which language {title} is in", "zh": "《{title}》是什么语言"},
    "country": {"en": "where {title} comes from", "zh": "《{title}》来自哪里"},
    "size": {"en": "which sizes {title} comes in", "zh": "《{title}》有哪些尺码"},
    "match": {"en": "what goes with {title}", "zh": "《{title}》配什么"},
    "material": {"en": "what {title} is made of", "zh": "《{title}》是什么材质"},
    "colour": {"en": "which colour {title} has", "zh": "《{title}》是什么颜色"},
    "brand": {"en": "which brand {title} is", "zh": "《{title}》是什么品牌"},
    "shot": {"en": "whether {title} is in colour or in black and white", "zh": "《{title}》是彩色还是黑白"},
    "studio": {"en": "which studio made {title}", "zh": "《{title}》是哪家公司拍的"},
    "awards": {"en": "which prizes {title} won", "zh": "《{title}》得过什么奖"},
    "where": {"en": "where {title} can be watched", "zh": "《{title}》在哪里能看"},
    "about": {"en": "what {title} is about", "zh": "《{title}》讲的是什么"},
    "genres": {"en": "what kind {title} is", "zh": "《{title}》是什么类型"},
    "certificate": {"en": "the age rating of {title}", "zh": "《{title}》的分级(适合多大的人看)"},
    "sleeves": {"en": "what sleeves {title} has", "zh": "《{title}》的袖子是怎样的"},
    "pockets": {"en": "whether {title} has pockets", "zh": "《{title}》有没有口袋"},
    "hood": {"en": "whether {title} has a hood", "zh": "《{title}》有没有帽子"},
    "neckline": {"en": "which neckline {title} has", "zh": "《{title}》是什么领口"},
    "fastening": {"en": "how {title} fastens", "zh": "《{title}》怎么扣上或系上"},
    "lining": {"en": "whether {title} is lined", "zh": "《{title}》有没有里衬"},
    "thickness": {"en": "how thick {title} is", "zh": "《{title}》有多厚"},
    "warmth": {"en": "how warm {title} is", "zh": "《{title}》有多保暖"},
    "stretch": {"en": "whether {title} stretches", "zh": "《{title}》有没有弹性"},
    "transparent": {"en": "whether {title} is see-through", "zh": "《{title}》透不透"},
    "water": {"en": "whether {title} keeps out water", "zh": "《{title}》防不防水"},
    "heel": {"en": "what heel {title} has", "zh": "《{title}》的鞋跟是怎样的"},
    "waist": {"en": "what waist {title} has", "zh": "《{title}》的腰是怎样的"},
    "fit": {"en": "how {title} fits", "zh": "《{title}》是什么版型"},
    "softness": {"en": "how soft {title} is", "zh": "《{title}》有多柔软"},
    "care": {"en": "how {title} is washed", "zh": "《{title}》怎么洗"},
    "cut": {"en": "how long {title} is", "zh": "《{title}》有多长"},
    "": {"en": "that of {title}", "zh": "《{title}》的这一点"},
}
"""What is asked -> what the catalogue does not tell."""

SERVICES: Mapping[str, Mapping[str, str]] = {
    "delivery": {"en": "delivery", "zh": "送货和运费"},
    "returns": {"en": "returns and refunds", "zh": "退换货和退款"},
    "fees": {"en": "fees and accounts", "zh": "收费和会员"},
    "payment": {"en": "payment", "zh": "付款方式"},
    "stock": {"en": "what is in stock", "zh": "库存"},
    "hours": {"en": "shops and opening hours", "zh": "门店和营业时间"},
    "discounts": {"en": "discounts", "zh": "优惠活动"},
    "orders": {"en": "orders, accounts and customer service", "zh": "订单和客服"},
    "tickets": {"en": "tickets and showtimes", "zh": "电影票和场次"},
}
"""Key of `llmrec.chat.nlu.shop_questions` -> its words."""

QUALITIES: Mapping[str, Mapping[str, str]] = {
    "children": {"en": "something for children", "zh": "适合孩子"},
    "scary": {"en": "scary", "zh": "吓人"},
    "violent": {"en": "violent", "zh": "暴力"},
    "funny": {"en": "funny", "zh": "好笑"},
    "sad": {"en": "sad", "zh": "让人难过"},
    "romantic": {"en": "romantic", "zh": "浪漫"},
}
"""Key of `llmrec.chat.nlu.questions.Quality` -> its words."""

LANGUAGES: Mapping[str, str] = {
    "de": "Ich verstehe Englisch und Chinesisch. Bitte schreib mir in einer dieser Sprachen, was du suchst.",
    "fr": "Je comprends l'anglais et le chinois. Dites-moi dans l'une de ces langues ce que vous cherchez.",
    "es": "Entiendo inglés y chino. Por favor, dime en uno de esos idiomas qué buscas.",
    "it": "Capisco l'inglese e il cinese. Scrivimi in una di queste lingue che cosa cerchi.",
    "pt": "Entendo inglês e chinês. Por favor, diga-me num desses idiomas o que procura.",
    "nl": "Ik begrijp Engels en Chinees. Schrijf me in een van die talen wat je zoekt.",
    "ru": "Я понимаю английский и китайский. Напишите, пожалуйста, на одном из этих языков, что вы ищете.",
    "ja": "英語と中国語がわかります。どちらかの言語で、お探しのものを教えてください。",
    "ko": "영어와 중국어를 이해합니다. 둘 중 한 언어로 무엇을 찾으시는지 알려 주세요.",
    "ar": "أفهم الإنجليزية والصينية. من فضلك اكتب لي بإحدى هاتين اللغتين ما الذي تبحث عنه.",
}  # fmt: skip
"""Language that is not read -> which languages are, said in it."""
