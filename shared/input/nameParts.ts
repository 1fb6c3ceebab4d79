/** What stands around and inside people's names, as data: titles, credentials, particles, family names. */

const words = (text: string) => new Set(text.split(/\s+/).filter(Boolean));

/** Nobody's first name: dropped from the beginning even when one more word is all that follows. */
export const TITLES = words('mr mrs ms mx dr prof herr frau mme mlle');

/** Dropped when a first and a last name follow. */
export const LIKELY_TITLES = words(`
	miss sir dame sr sra srta sig sigra dott dottssa dott.ssa ing dipl dipl-ing dipl.-ing engr shri smt
	mudr judr phdr rndr mgr datuk dato
`);

/** The same, but only with a dot behind them: without it they are names too. */
export const DOTTED_TITLES = words(`
	fr hon gen col maj capt cpt lt sgt rev mag eng arch avv adv lic pd er
	med rer nat phil jur habil techn h.c
`);

/** Behind a name, in any case. */
export const SUFFIXES = words('jr sr ii iii iv 2nd 3rd phd mba esq cpa');

/** Degrees, licences and honours, without dots and hyphens, in capitals. */
export const CREDENTIALS = words(`
	AB BA BS BE BSC BENG BCOM BBA BED BFA BTECH BSN BPHARM LLB LLM LLD JD JSD
	MA MS MSC MENG MED MFA MPA MPH MPP MPHIL MRES MSW MSN MTECH MCOM MDIV EMBA DBA MHA MIS MSIT
	MD DO DDS DMD DVM DC DPM DPHIL DNP DPT PSYD PHARMD EDD DSC ENGD MBBS MBCHB BDS OD AUD
	CA ACA FCA ACCA FCCA CMA ACMA FCMA CIMA CGMA CIA CFA CFP CFE CAIA FRM CLU CHFC AAMS CRPC RICP CRCM
	CAMS CTP CPCU CEBS CPFA CTA EA FSA FCAS ASA
	PMP PGMP PFMP CAPM PMIACP PMIRMP PMIPBA PRINCE2 CSM CSPO ACSM PSM PSPO SPC SAFE SSM ITIL TOGAF CBAP
	CISSP CISA CISM CRISC CGEIT CIPP CIPPE CIPM CEH OSCP CCNA CCNP CCIE CCSP MCSE RHCE
	SHRMCP SHRMSCP PHR SPHR GPHR APHR CIPD MCIPD FCIPD ACIPD CHRP CHRL CCP CPLP CPTD
	RN LPN NP FNP FNPBC FNPC APRN ARNP AGNP PMHNP PMHNPBC CRNA CNM CNS CNE PA PAC LMFT LCSW LICSW LMSW LPC
	LPCC LMHC LCPC OTR OTRL COTA PT ATC RD RDN LDN RPH CCC CCCSLP SLP BCBA NCC RRT EMTP FACS FACP FACC FAAN
	FAAP FACHE FACEP FRCS FRCP MRCP MRCS FHEA SFHEA CPHQ
	PE EIT PENG CENG IENG MIET FIET MICE MIMECHE AIA FAIA RIBA LEED LEEDAP RA MRICS FRICS ASLA AICP NCARB
	SSBB SSGB LSSBB LSSGB CSSBB CQE CPIM CSCP CPSM CLTD MCIPS FCIPS CSP CIH CHST CPP PSP CPE
	ESQ KC QC OBE MBE CBE KBE DBE CVO FRS FRSA FBA FRAS FRSE
	GRI CRS ABR SRES CCIM CRE MAI SRA CAE CMP CFRE APR PCM CPRP ACC PCC MCC CPC
	USN USA USAF USMC USCG RET OSB OP SJ
`);

/** What somebody does, behind a comma or a dash. */
export const JOB =
	/\b(?:director|manager|officer|president|founder|co-?founder|head|chief|engineer|developer|consultant|partner|owner|sales|marketing|ceo|cto|cfo|coo|cmo|cio|cro|chro|vp|svp|evp|avp|specialist|coordinator|executive|analyst|recruiter|advis[eo]r|assistant|associate|supervisor|administrator|certified|professor|lecturer|attorney|freelancer?|entrepreneur|investor|speaker)\b/i;

/** The same inside a name, where nothing parts it from the name: only what no name holds. */
export const JOB_INSIDE = [
	/\s(?:CEO|CTO|CFO|COO|CMO|CIO|CRO|CHRO|VP|SVP|EVP|AVP)(?!\p{L})|\s(?:at|of) \p{Lu}/u,
	/\s(?:sales|marketing|product|project|program|account|software|general|managing|executive|operations|finance|hr|it|creative|art|technical|regional|senior|business|vice|chief|human|data|customer) (?:\p{L}+ )?(?:director|manager|engineer|officer|president|executive|developer|analyst|consultant|specialist|partner|representative|lead)$/iu,
];

/** Behind the name of a company. */
export const LEGAL_FORM =
	/\s(?:inc|llc|llp|ltd|gmbh|corp|corporation|plc|pty|s\.a\.|s\.r\.l|b\.v)\.?$/i;

/** What systems write where they know no name. Null and Nan are names, but not as programs write them. */
export const PLACEHOLDERS = [
	/^(?:#?n\/a|#ref!|#name\?|#value!|undefined|unknown|tbd|linkedin member|anonymous|\[object object\]|fnu|lnu)$/i,
	/^(?:null|NULL|none|None|NONE|NaN)$/,
];

/** Words that begin a last name: "Ludwig van Beethoven", "María de la Cruz". */
export const PARTICLES = words(`
	van von vom zum zur zu de der den del della delle dello degli dei di da das dal dalla dos du des la le
	las los el al ul bin binti bint ibn ben abu ter ten af av st st. saint sainte san santa ní ó 't
	vander vanden بن ابن بنت آل
`);

/** One name together with the word behind them: "Mohammed Abdul Rahman". */
export const BOUND = words('abd abdul abdel abdal abdur عبد أبو ابو');

/** The same in lower case alone: in capitals they are first names or initials. */
export const LOWER_CASE_PARTICLES = words('do te tot op aan in lo ap mac mc ui');

/** Between the two halves of a last name: "Ortega y Gasset", "Pi i Margall", "Costa e Silva". */
export const JOINERS = words('y i e');

/** Nobody's first name in Vietnam, without accents. */
export const VIETNAMESE_FAMILY_NAMES = words(`
	nguyen tran pham huynh phan bui dang ngo duong truong dinh trinh hoang luong
`);
/** The same, where the accents or a middle name such as "Văn" or "Thị" show that it is Vietnamese. */
export const ACCENTED_VIETNAMESE_FAMILY_NAMES = words(
	'lê vũ võ đỗ hồ lý đào đoàn mai cao tạ hà lâm',
);
export const VIETNAMESE_MIDDLE_NAMES = words('văn thị van thi');
export const SHORT_VIETNAMESE_FAMILY_NAMES = words('le vu vo do ho ly dao doan');

/** Before a given name such as "Min-jun" they show that the family name comes first. */
export const KOREAN_FAMILY_NAMES = words(`
	kim lee yi rhee park pak choi jung jeong chung kang cho jo yoon yun jang chang lim im han oh seo suh
	shin sin kwon hwang ahn an song yoo ryu hong moon bae baek ko go son nam noh roh
`);

/** Common first halves of double last names in Spanish; without accents, and none that is a first name. */
export const SPANISH_FAMILY_NAMES = words(`
	garcia rodriguez gonzalez fernandez lopez martinez sanchez perez gomez jimenez ruiz hernandez diaz
	moreno munoz alvarez romero gutierrez navarro torres dominguez vazquez vasquez ramos ramirez serrano
	molina morales suarez ortega delgado castro ortiz rubio marin sanz nunez iglesias medina garrido cortes
	castillo guerrero cano prieto mendez calvo gallego vidal marquez herrera pena flores cabrera campos vega
	fuentes carrasco diez caballero nieto aguilar herrero montero hidalgo gimenez ibanez duran benitez mora
	vargas arias carmona crespo soto saez velasco moya parra bravo gallardo rojas chavez mendoza guzman
	salazar contreras rivera juarez espinoza avila cardenas mejia velazquez zapata restrepo quintero
`);

/** Family names of two characters: Chinese, Korean, Japanese. */
export const LONG_FAMILY_NAMES = words(`
	欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 东方 東方 独孤 獨孤 南宫 南宮 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 端木 长孙 長孫
	宇文 轩辕 軒轅 西门 西門 百里 呼延 闻人 聞人 申屠 太史 钟离 鍾離
	남궁 황보 제갈 사공 선우 서문 독고 동방
	佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 山口 松本 井上 木村 斎藤 斉藤 齋藤 清水 山崎 山﨑 中島 池田
	阿部 橋本 山下 石川 中川 小川 前田 岡田 長谷 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 藤原 岡本 三浦 中野
	中山 原田 松田 竹内 小野 田村 河野 和田 石田 上田 森田 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 大野 丸山 今井 高田
	藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉 久保 松井 岩崎 桜井 櫻井 野口 松尾 木下 菊地 菊池 野村 新井 渡部 佐野 杉本 古川
	浜田 市川 小島 水野 島田 高野 大西 小松 西田 山内 西川 五十 北村 安田 川口 平田 飯田 吉川 中田 久保 服部 岩田 土屋 福島 本田
	辻 樋口 秋山 永井 山中 中西 川崎 吉村 川上 荒木 大島 石原 黒田 堀 本間 松岡 浅野 大川 片山 望月 早川 矢野 大谷 小池 内藤
`);

/** Chinese family names of one character, simplified and traditional: nine in ten people. */
export const CHINESE_FAMILY_NAMES = new Set(
	'王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭萧田董袁潘于蔡蒋蔣余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鐘鍾谭譚陆陸汪范金石廖贾賈夏韦韋付傅方白邹鄒孟熊秦邱江尹薛闫閻段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯温溫康施文牛樊葛邢安齐齊易乔喬伍庞龐颜顏倪庄莊聂聶章鲁魯岳翟殷詹申欧歐耿关關兰蘭焦俞左柳甘祝包宁寧尚符舒阮柯纪紀梅童凌毕畢单單季裴霍涂成苗谷曲盛冉蓝藍路游辛靳管柴蒙鲍鮑华華喻祁蒲房滕屈饶饒解牟艾尤阳陽时時穆农農司卓古吉缪繆简簡车車项項连連芦蘆麦麥褚娄婁窦竇戚岑景党黨宫宮费費卜冷晏席卫衛米柏宗瞿桂全佟应應臧闵閔苟邬鄔边邊卞姬师師和仇栾欒隋商刁沙荣榮巫寇桑郎甄丛叢仲虞敖巩鞏明佘池查麻苑迟遲',
);

/** Politeness behind Chinese, Japanese and Korean names. */
export const CJK_HONORIFIC = /\s*(?:先生|女士|小姐|博士|様|さん|殿|씨|님)$/u;
